/** A format that is written. */
#pragma once
#include "picture.h"

struct writer {
  int has_alpha; /* whether it can be seen through */
  /** Writes the picture to the host, and frees its pixels once it can. */
  void (*write)(struct picture *, const struct wish *);
};

extern const struct writer jpeg_writer, png_writer, webp_writer, pixels_writer;
