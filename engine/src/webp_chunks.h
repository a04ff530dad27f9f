#pragma once
#include "picture.h"

/** Finds the orientation and the profile in a WebP, which may stand at its end. */
void webp_chunks_open(struct header *, struct profile *);

/** Where the chunks of a picture are, and where it is on its canvas. */
struct webp_frame {
  size_t at, length;
  int32_t left, top, width, height;
  int32_t canvas_width, canvas_height;
};

/** Finds the first frame of an animation, or fails. */
struct webp_frame webp_first_frame(void);
