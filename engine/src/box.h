#pragma once
#include <stdint.h>

/**
 * Averages whole numbers of pixels: the first step of a large reduction, so that
 * the windows of Lanczos stay small.
 */
struct box {
  int across, down;           /* pixels that become one */
  int skip_across, skip_down; /* before the first, so that edges meet */
  int in_width, in_height;
  int width, height; /* of what comes out */
  int rows;          /* that have come in */
  uint16_t *sums;    /* of the rows so far, for each byte of a row */
};

/** By how many pixels to divide `ratio`, for Lanczos to have 2 to 4 of them. */
int box_for(double ratio);

/** Completes a box whose numbers of pixels are set. */
void box_begin(struct box *);

/** Adds a row; writes one of `width` pixels to `out` where that completes it. */
int box_push(struct box *, const uint8_t *row, uint8_t *out);
