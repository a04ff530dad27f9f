/**
 * Rows in, a smaller or larger picture out, and never the whole source: a box
 * filter by whole numbers where the ratio is large, then Lanczos, which keeps as
 * many rows as its window is high.
 *
 * Colours are multiplied by alpha before and divided after, or else what cannot
 * be seen would bleed into what can.
 */
#pragma once
#include "axis.h"
#include "box.h"
#include "picture.h"

/** Bytes that can be read and written behind a row: what SIMD does there. */
#define ROW_PADDING 32

struct resizer {
  struct picture *to;
  int to_width, to_height; /* as stored */
  int orientation;
  int has_alpha, is_premultiplied;

  struct box box;
  struct axis across, down;
  uint8_t *multiplied; /* a row, if its colours have to be */
  uint8_t *boxed;      /* a row of boxes */
  int16_t *ring;       /* rows that are as wide as the result */
  int rows;            /* that Lanczos has had */
  int next;            /* row of the result */
  uint8_t *finished;
};

/** The part of what is pushed that is wanted: fractions of pixels count. */
struct window {
  double left, top, width, height;
};

/** Prepares for `height` rows of `width` pixels, and the rest as it is set. */
void resize_begin(struct resizer *, int width, int height,
                  const struct window *);

/** Takes the next row of 4 bytes a pixel, with ROW_PADDING behind it. */
void resize_push(struct resizer *, const uint8_t *row);

/** Whether the result is complete: rows that follow are not needed. */
int resize_is_done(const struct resizer *);

/** Gives back all but the result. */
void resize_free(struct resizer *);
