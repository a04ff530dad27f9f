#include "box.h"

#include <string.h>
#include <wasm_simd128.h>

#include "heap.h"

/** 128 rows of 255 are what 16 bits hold. */
#define MOST 128

int box_for(double ratio) {
  int pixels = (int)(ratio / 2);
  return pixels < 1 ? 1 : pixels > MOST ? MOST : pixels;
}

static int boxes(int pixels, int skipped, int size) {
  return (pixels - skipped + size - 1) / size;
}

void box_begin(struct box *it) {
  it->width = boxes(it->in_width, it->skip_across, it->across);
  it->height = boxes(it->in_height, it->skip_down, it->down);
  it->rows = 0;
  it->sums = need((size_t)it->in_width * 4 * sizeof(uint16_t));
}

/** Divides the sums of `rows` rows into one row of averages. */
static void average(const struct box *it, int rows, uint8_t *out) {
  const uint16_t *from = it->sums + (size_t)it->skip_across * 4;
  int left = it->in_width - it->skip_across;
  for (int x = 0; x < it->width; x++, left -= it->across) {
    int columns = left < it->across ? left : it->across;
    v128_t sum = wasm_i32x4_splat(0);
    for (int i = 0; i < columns; i++, from += 4) {
      sum = wasm_i32x4_add(sum, wasm_u32x4_load16x4(from));
    }
    v128_t part = wasm_f32x4_splat(1.0f / (float)(columns * rows));
    v128_t mean = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(sum), part);
    mean = wasm_f32x4_add(mean, wasm_f32x4_splat(0.5f));
    v128_t whole = wasm_i32x4_trunc_sat_f32x4(mean);
    whole = wasm_i16x8_narrow_i32x4(whole, whole);
    whole = wasm_u8x16_narrow_i16x8(whole, whole);
    wasm_v128_store32_lane(out + 4 * (size_t)x, whole, 0);
  }
}

int box_push(struct box *it, const uint8_t *row, uint8_t *out) {
  int number = it->rows++ - it->skip_down;
  if (number < 0) return 0;
  size_t bytes = (size_t)it->in_width * 4;
  int at = number % it->down;
  uint16_t *sums = it->sums;
  if (at == 0) {
    for (size_t i = 0; i < bytes; i++) sums[i] = row[i];
  } else {
    for (size_t i = 0; i < bytes; i++) sums[i] = (uint16_t)(sums[i] + row[i]);
  }
  if (at + 1 < it->down && it->rows < it->in_height) return 0;
  average(it, at + 1, out);
  return 1;
}
