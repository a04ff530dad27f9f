#pragma once
#include "picture.h"

/**
 * Whether lcms2 may see a profile for a picture of `space`. Strikes out of it
 * what is not needed.
 */
int icc_admit(const struct profile *, enum space);
