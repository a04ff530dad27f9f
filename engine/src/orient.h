#pragma once
#include "picture.h"

/** Puts row `y` of a stored picture of `width` × `height` where it is upright. */
void place_row(struct picture *to, const uint8_t *row, int y, int orientation);
