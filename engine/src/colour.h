#pragma once
#include "picture.h"

/**
 * Turns pixels of a profile of three primaries and their curves, such as Display
 * P3 and Adobe RGB, into sRGB. Leaves them as they are where the profile is of
 * another kind, malformed, or sRGB already.
 */
void to_srgb(struct picture *, const struct profile *);
