/** The nouns that all files share. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/** By their places in `FORMATS` of instance.ts. */
enum format { FORMAT_JPEG, FORMAT_PNG, FORMAT_WEBP, FORMAT_PIXELS };

/** What the numbers of a file's pixels are. By their places in source.ts. */
enum space {
  SPACE_RGB,
  SPACE_GREY,     /* the same number thrice, once decoded */
  SPACE_CMYK,     /* ink */
  SPACE_CMYK_LEFT /* the light that ink leaves, as Adobe writes it */
};

/**
 * What a file says of itself before a pixel is decoded. Read by instance.ts, but
 * for the last.
 */
struct header {
  int32_t format;
  int32_t width, height; /* as stored: before the orientation */
  int32_t orientation;   /* 1 to 8, as EXIF counts */
  int32_t has_alpha;
  enum space space;
};

/** What is wanted of it. Written by instance.ts; all as stored. */
struct wish {
  double left, top, width, height; /* the part of the source */
  int32_t to_width, to_height;     /* and how large it becomes */
  int32_t format;
  int32_t quality;    /* 1 to 100; PNG has none */
  int32_t background; /* 0xRRGGBB, below what JPEG cannot show through */
  int32_t frames;     /* of the animation that the result is one of, or 1 */
};

/**
 * Pixels, upright, 4 bytes each: red, green, blue, and alpha, which counts only
 * where there is some. Ink is four inks until colour.c has seen it.
 */
struct picture {
  uint8_t *pixels;
  int32_t width, height;
  int32_t has_alpha;
};

/** An ICC profile as it stands in a file; `length` is 0 where there is none. */
struct profile {
  uint8_t *bytes;
  size_t length;
};
