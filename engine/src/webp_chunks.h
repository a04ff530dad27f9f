#pragma once
#include "picture.h"

/** Finds the orientation and the profile in a WebP, which may stand at its end. */
void webp_chunks_open(struct header *, struct profile *);
