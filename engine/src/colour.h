#pragma once
#include "picture.h"

/**
 * Turns the numbers of a picture into sRGB, as its profile has them. Without one
 * that fits and is whole, red, green, blue and grey stay as they are, and ink is
 * taken for ideal.
 */
void to_srgb(struct picture *, enum space, const struct profile *);
