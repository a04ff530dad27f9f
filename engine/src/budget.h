/**
 * What a call may cost, counted between batches of rows: nothing outside of the
 * module can stop it, since the platform has no `Worker`.
 *
 * One unit is about a nanosecond of a 2020s server core. It is counted and not
 * measured, so the same picture is always refused or always taken.
 */
#pragma once
#include <stdint.h>

/* Upper bounds: measured on what takes longest, noise and files that are made to
   be slow, in a process that has not made a picture before. See
   engine/README.md, and bench/engine_costs.ts for how. */
enum {
  COST_START = 180000000, /* a picture, whatever it is: code that is not warm */
  COST_READ = 250,       /* asking the host for bytes */

  COST_JPEG_BYTE = 12,
  COST_JPEG_PIXEL = 8,          /* a pixel of the source: its codes */
  COST_JPEG_SCAN_PIXEL = 3,     /* and again for each scan, if it has several */
  COST_JPEG_DECODED_PIXEL = 16, /* a pixel as small as it is decoded */

  COST_PNG_BYTE = 7,       /* a byte of an unpacked row */
  COST_PNG_PIXEL = 32,     /* that does not lie in four bytes already */
  COST_PNG_TABLE = 2000,   /* a table of deflate's codes */

  COST_WEBP_BYTE = 45,
  COST_WEBP_LOSSLESS_BYTE = 10,
  COST_WEBP_PIXEL = 40,

  COST_PIXELS_PIXEL = 2, /* read or written as they are */

  COST_RESIZE_PIXEL = 8,
  COST_RESIZE_OUTPUT_PIXEL = 20,
  COST_FLATTEN_PIXEL = 15,

  COST_PROFILE = 15000000,     /* to read one, and to see whether it is sRGB */
  COST_EXACT_COLOUR = 800,     /* a colour, by all that a profile says */
  COST_RGB_PIXEL = 40,         /* by a table of these */
  COST_INK_PIXEL = 80,

  COST_WEBP_OUTPUT_PIXEL = 75, /* times two more than the method */
  COST_WEBP_OUTPUT_ALPHA = 80, /* and again, times one more */
  COST_JPEG_OUTPUT_PIXEL = 140,
  COST_PNG_OUTPUT_BYTE = 100,
};

void budget_begin(double allowance);

/** What has been spent since then. */
double budget_spent(void);

/** Ends the call with FAILED_COST where the allowance is spent. */
void spend(double pixels, int cost);
