/** A format that is read. A function that cannot go on ends the call: host.h. */
#pragma once
#include "picture.h"
#include "resize.h"

struct limits {
  double pixels;
  double kept_bytes; /* of what a format makes one keep before its first row */
};

/** How many bytes `knows` is shown. */
#define SIGNATURE_BYTES 12

struct reader {
  int (*knows)(const uint8_t *signature);
  /** Reads the header, and refuses what no decoder should begin with. */
  void (*open)(struct header *, struct profile *, const struct limits *);
  /** Gives rows to the resizer, as small as the format can make them. */
  void (*decode)(const struct header *, const struct wish *, struct resizer *);
};

extern const struct reader jpeg_reader, png_reader, webp_reader, pixels_reader;

/** Refuses more pixels than are allowed, and none. */
void check_size(const struct header *, const struct limits *);
