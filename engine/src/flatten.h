#pragma once
#include "picture.h"

/** Lays the picture on a colour, 0xRRGGBB. */
void flatten(struct picture *, uint32_t background);
