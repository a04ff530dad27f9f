#include "resize.h"

#include <wasm_simd128.h>

#include "alpha.h"
#include "budget.h"
#include "heap.h"
#include "orient.h"

/** Of a value between the two passes, which may overshoot: ±511 fit. */
#define FRACTION_BITS 6

/** Whether each pixel of the result is one of the source. */
static int is_identity(const struct resizer *it, int width, int height,
                       const struct window *part) {
  return part->left == 0 && part->top == 0 && part->width == width &&
         part->height == height && it->to_width == width &&
         it->to_height == height;
}

static uint8_t *row_of(int pixels) {
  return need((size_t)pixels * 4 + ROW_PADDING);
}

void resize_begin(struct resizer *it, int width, int height,
                  const struct window *part) {
  /* Where nothing is mixed, colours need not be multiplied, which rounds. */
  if (!it->is_premultiplied && is_identity(it, width, height, part)) {
    it->has_alpha = 0;
  }
  struct box *box = &it->box;
  box->in_width = width;
  box->in_height = height;
  box->across = box_for(part->width / it->to_width);
  box->down = box_for(part->height / it->to_height);
  box->skip_across = (int)part->left % box->across;
  box->skip_down = (int)part->top % box->down;
  box_begin(box);

  it->across = axis_of(box->width, it->to_width,
                       (part->left - box->skip_across) / box->across,
                       part->width / box->across);
  it->down = axis_of(box->height, it->to_height,
                     (part->top - box->skip_down) / box->down,
                     part->height / box->down);
  it->multiplied = row_of(width);
  it->boxed = row_of(box->width);
  /* Two pixels are made at a time. */
  size_t stride = (size_t)(it->to_width + 1) / 2 * 8;
  it->ring = need(stride * it->down.taps * sizeof(int16_t));
  it->finished = row_of(it->to_width);
  it->rows = it->next = 0;
}

/** Where the row that is `number`th to come is kept. */
static int16_t *ring_row(const struct resizer *it, int number) {
  size_t stride = (size_t)(it->to_width + 1) / 2 * 8;
  return it->ring + stride * (number % it->down.taps);
}

/** Makes a row as wide as the result. */
static void shrink_across(const struct resizer *it, const uint8_t *row,
                          int16_t *out) {
  const int taps = it->across.taps;
  const int16_t *weight = it->across.weights;
  /* Two pixels as eight numbers, channel by channel; 255 stands for a zero. */
  const v128_t early = wasm_i8x16_const(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6,
                                        -1, 3, -1, 7, -1);
  const v128_t late = wasm_i8x16_const(8, -1, 12, -1, 9, -1, 13, -1, 10, -1, 14,
                                       -1, 11, -1, 15, -1);
  const int shift = WEIGHT_BITS - FRACTION_BITS;
  for (int x = 0; x < it->to_width; x++, out += 4) {
    const uint8_t *from = row + 4 * (size_t)it->across.first[x];
    v128_t sum = wasm_i32x4_splat(1 << (shift - 1));
    for (int i = 0; i < taps; i += 4, weight += 4, from += 16) {
      v128_t pixels = wasm_v128_load(from);
      v128_t a = wasm_i8x16_swizzle(pixels, early);
      v128_t b = wasm_i8x16_swizzle(pixels, late);
      v128_t two = wasm_v128_load32_splat(weight);
      v128_t more = wasm_v128_load32_splat(weight + 2);
      sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(a, two));
      sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(b, more));
    }
    sum = wasm_i32x4_shr(sum, shift);
    wasm_v128_store64_lane(out, wasm_i16x8_narrow_i32x4(sum, sum), 0);
  }
}

/** Makes row `y` of the result from the rows that are kept. */
static void shrink_down(const struct resizer *it, int y, uint8_t *out) {
  const int taps = it->down.taps, last = it->box.height - 1;
  const int16_t *weights = it->down.weights + (size_t)y * taps;
  const int shift = WEIGHT_BITS + FRACTION_BITS;
  const int16_t *rows[taps];
  for (int i = 0; i < taps; i++) {
    int number = it->down.first[y] + i;
    rows[i] = ring_row(it, number < last ? number : last);
  }
  for (int x = 0; x < it->to_width; x += 2) {
    v128_t left = wasm_i32x4_splat(1 << (shift - 1)), right = left;
    for (int i = 0; i < taps; i += 2) {
      v128_t a = wasm_v128_load(rows[i] + 4 * x);
      v128_t b = wasm_v128_load(rows[i + 1] + 4 * x);
      v128_t two = wasm_v128_load32_splat(weights + i);
      v128_t low = wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
      v128_t high = wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
      left = wasm_i32x4_add(left, wasm_i32x4_dot_i16x8(low, two));
      right = wasm_i32x4_add(right, wasm_i32x4_dot_i16x8(high, two));
    }
    left = wasm_i32x4_shr(left, shift);
    right = wasm_i32x4_shr(right, shift);
    v128_t bytes = wasm_i16x8_narrow_i32x4(left, right);
    bytes = wasm_u8x16_narrow_i16x8(bytes, bytes);
    wasm_v128_store64_lane(out + 4 * (size_t)x, bytes, 0);
  }
}

/** Whether the rows for row `next` of the result have all come. */
static int has_rows(const struct resizer *it) {
  int end = it->down.first[it->next] + it->down.taps;
  return it->rows >= (end < it->box.height ? end : it->box.height);
}

int resize_is_done(const struct resizer *it) {
  return it->next == it->to_height;
}

void resize_push(struct resizer *it, const uint8_t *row) {
  if (resize_is_done(it)) return;
  const struct box *box = &it->box;
  spend(box->in_width, COST_RESIZE_PIXEL);
  if (it->has_alpha && !it->is_premultiplied) {
    premultiply(it->multiplied, row, box->in_width);
    row = it->multiplied;
  }
  if (box->across * box->down > 1) {
    if (!box_push(&it->box, row, it->boxed)) return;
    row = it->boxed;
  }
  int number = it->rows++;
  if (number < it->down.first[it->next]) return;
  shrink_across(it, row, ring_row(it, number));
  while (!resize_is_done(it) && has_rows(it)) {
    spend(it->to_width, COST_RESIZE_OUTPUT_PIXEL);
    shrink_down(it, it->next, it->finished);
    if (it->has_alpha) unpremultiply(it->finished, it->to_width);
    place_row(it->to, it->finished, it->next, it->orientation);
    it->next++;
  }
}

void resize_free(struct resizer *it) {
  free(it->box.sums);
  free(it->across.first);
  free(it->across.weights);
  free(it->down.first);
  free(it->down.weights);
  free(it->multiplied);
  free(it->boxed);
  free(it->ring);
  free(it->finished);
}
