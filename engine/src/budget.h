/**
 * What a call may cost, counted between batches of rows: nothing outside of the
 * module can stop it, since the platform has no `Worker`.
 *
 * One unit is about a nanosecond of a 2020s server core. It is counted and not
 * measured, so the same picture is always refused or always taken.
 */
#pragma once
#include <stdint.h>

/* Measured on photographs with code that is not warm yet, and rounded up: see
   engine/README.md. */
enum {
  COST_JPEG_PIXEL = 8,         /* a pixel of the source: its codes */
  COST_JPEG_SCAN_PIXEL = 3,    /* and again for each scan, if it has several */
  COST_JPEG_DECODED_PIXEL = 16, /* a pixel as small as it is decoded */
  COST_PNG_BYTE = 8,           /* a byte of an unpacked row */
  COST_WEBP_PIXEL = 40,
  COST_PIXELS_PIXEL = 2, /* read or written as they are */
  COST_RESIZE_PIXEL = 8,
  COST_PROFILE = 15000000,     /* to read one, and to see whether it is sRGB */
  COST_EXACT_COLOUR = 800,     /* a colour, by all that a profile says */
  COST_RGB_PIXEL = 40,         /* by a table of these */
  COST_INK_PIXEL = 80,
  COST_WEBP_OUTPUT_PIXEL = 90, /* times one more than the method */
  COST_JPEG_OUTPUT_PIXEL = 120,
  COST_PNG_OUTPUT_PIXEL = 400,
};

void budget_begin(double allowance);

/** Ends the call with FAILED_COST where the allowance is spent. */
void spend(double pixels, int cost);
