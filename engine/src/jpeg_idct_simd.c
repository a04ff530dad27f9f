/**
 * The inverse transform of a block, to 8 × 8 and to 4 × 4 pixels: the sums of
 * libjpeg-turbo's jidctint.c and jidctred.c, multiplied out so that each is made
 * of products of pairs, which SIMD adds. The results are the same, digit by
 * digit, for all that an encoder writes.
 */
#include <stdio.h>
#include <wasm_simd128.h>

#include "jpeglib.h"

/* Of the constants, and of what is between the passes: jidctint.c. */
enum { CONST_BITS = 13, PASS1_BITS = 2 };

int jsimd_can_idct_islow(void) { return 1; }

int jsimd_can_idct_4x4(void) { return 1; }

/** Two rows, number by number. */
struct pairs {
  v128_t low, high;
};

static inline struct pairs pairs(v128_t a, v128_t b) {
  return (struct pairs){wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11),
                        wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15)};
}

/** `a` of the first and `b` of the second number, as often as they fit. */
static inline v128_t by(int a, int b) {
  return wasm_i32x4_splat((int)((unsigned)b << 16) | (a & 0xffff));
}

static inline v128_t dot(v128_t numbers, v128_t factors) {
  return wasm_i32x4_dot_i16x8(numbers, factors);
}

static inline v128_t rounded(v128_t sum, int bits) {
  v128_t half = wasm_i32x4_splat(1 << (bits - 1));
  return wasm_i32x4_shr(wasm_i32x4_add(sum, half), bits);
}

/** The coefficients of a row, as large as they were before quantization. */
static inline v128_t row_of(const JCOEF *block, const void *table, int row) {
  v128_t factors = wasm_v128_load((const int16_t *)table + 8 * row);
  return wasm_i16x8_mul(wasm_v128_load(block + 8 * row), factors);
}

/** Four of eight columns: pairs of rows 0 and 4, 2 and 6, 1 and 3, 5 and 7. */
static inline void columns_of_8(v128_t p04, v128_t p26, v128_t p13, v128_t p57,
                                int bits, v128_t out[8]) {
  v128_t sum = dot(p04, by(8192, 8192)), less = dot(p04, by(8192, -8192));
  v128_t even2 = dot(p26, by(4433, -10704)), even3 = dot(p26, by(10703, 4433));
  v128_t even[4] = {wasm_i32x4_add(sum, even3), wasm_i32x4_add(less, even2),
                    wasm_i32x4_sub(less, even2), wasm_i32x4_sub(sum, even3)};
  v128_t odd[4] = {
      wasm_i32x4_add(dot(p13, by(11363, 9633)), dot(p57, by(6437, 2260))),
      wasm_i32x4_add(dot(p13, by(9633, -2259)), dot(p57, by(-11362, -6436))),
      wasm_i32x4_add(dot(p13, by(6437, -11362)), dot(p57, by(2261, 9633))),
      wasm_i32x4_add(dot(p13, by(2260, -6436)), dot(p57, by(9633, -11363))),
  };
  for (int i = 0; i < 4; i++) {
    out[i] = rounded(wasm_i32x4_add(even[i], odd[i]), bits);
    out[7 - i] = rounded(wasm_i32x4_sub(even[i], odd[i]), bits);
  }
}

/** All eight columns. */
static inline void pass_of_8(v128_t rows[8], int bits) {
  struct pairs p04 = pairs(rows[0], rows[4]), p26 = pairs(rows[2], rows[6]);
  struct pairs p13 = pairs(rows[1], rows[3]), p57 = pairs(rows[5], rows[7]);
  v128_t low[8], high[8];
  columns_of_8(p04.low, p26.low, p13.low, p57.low, bits, low);
  columns_of_8(p04.high, p26.high, p13.high, p57.high, bits, high);
  for (int i = 0; i < 8; i++) {
    rows[i] = wasm_i16x8_narrow_i32x4(low[i], high[i]);
  }
}

/** Rows become columns: three times, each row is mixed with one four below. */
static inline void transpose(v128_t rows[8]) {
  for (int round = 0; round < 3; round++) {
    v128_t mixed[8];
    for (int i = 0; i < 4; i++) {
      struct pairs both = pairs(rows[i], rows[i + 4]);
      mixed[2 * i] = both.low;
      mixed[2 * i + 1] = both.high;
    }
    for (int i = 0; i < 8; i++) rows[i] = mixed[i];
  }
}

void jsimd_idct_islow(j_decompress_ptr jpeg, jpeg_component_info *component,
                      JCOEFPTR block, JSAMPARRAY out, JDIMENSION column) {
  (void)jpeg;
  v128_t rows[8];
  for (int i = 0; i < 8; i++) rows[i] = row_of(block, component->dct_table, i);
  pass_of_8(rows, CONST_BITS - PASS1_BITS);
  transpose(rows);
  pass_of_8(rows, CONST_BITS + PASS1_BITS + 3);
  transpose(rows);
  const v128_t centre = wasm_i16x8_splat(CENTERJSAMPLE);
  for (int i = 0; i < 8; i++) {
    v128_t row = wasm_i16x8_add_sat(rows[i], centre);
    wasm_v128_store64_lane(out[i] + column, wasm_u8x16_narrow_i16x8(row, row),
                           0);
  }
}

/** Four numbers of four columns; `first` has 14 binary places. */
static inline void columns_of_4(v128_t first, v128_t p26, v128_t p75,
                                v128_t p31, int bits, v128_t out[4]) {
  v128_t second = dot(p26, by(15137, -6270));
  v128_t outer = wasm_i32x4_add(first, second);
  v128_t inner = wasm_i32x4_sub(first, second);
  v128_t odd0 =
      wasm_i32x4_add(dot(p75, by(-1730, 11893)), dot(p31, by(-17799, 8697)));
  v128_t odd2 =
      wasm_i32x4_add(dot(p75, by(-4176, -4926)), dot(p31, by(7373, 20995)));
  out[0] = rounded(wasm_i32x4_add(outer, odd2), bits);
  out[1] = rounded(wasm_i32x4_add(inner, odd0), bits);
  out[2] = rounded(wasm_i32x4_sub(inner, odd0), bits);
  out[3] = rounded(wasm_i32x4_sub(outer, odd2), bits);
}

void jsimd_idct_4x4(j_decompress_ptr jpeg, jpeg_component_info *component,
                    JCOEFPTR block, JSAMPARRAY out, JDIMENSION column) {
  (void)jpeg;
  v128_t in[8];
  for (int i = 0; i < 8; i++) in[i] = row_of(block, component->dct_table, i);
  struct pairs p26 = pairs(in[2], in[6]), p75 = pairs(in[7], in[5]);
  struct pairs p31 = pairs(in[3], in[1]);
  v128_t low[4], high[4];
  const int bits = CONST_BITS - PASS1_BITS + 1;
  columns_of_4(wasm_i32x4_shl(wasm_i32x4_extend_low_i16x8(in[0]), 14), p26.low,
               p75.low, p31.low, bits, low);
  columns_of_4(wasm_i32x4_shl(wasm_i32x4_extend_high_i16x8(in[0]), 14),
               p26.high, p75.high, p31.high, bits, high);
  v128_t row[4];
  for (int i = 0; i < 4; i++) {
    /* The pairs of the second pass, in the order that they are wanted in. */
    v128_t all = wasm_i16x8_narrow_i32x4(low[i], high[i]);
    row[i] = wasm_i16x8_shuffle(all, all, 2, 6, 7, 5, 3, 1, 0, 0);
  }
  v128_t a = wasm_i32x4_shuffle(row[0], row[1], 0, 4, 1, 5);
  v128_t b = wasm_i32x4_shuffle(row[2], row[3], 0, 4, 1, 5);
  v128_t c = wasm_i32x4_shuffle(row[0], row[1], 2, 6, 3, 7);
  v128_t d = wasm_i32x4_shuffle(row[2], row[3], 2, 6, 3, 7);
  v128_t zeroth = wasm_i64x2_shuffle(c, d, 1, 3);
  v128_t first = wasm_i32x4_shr(wasm_i32x4_shl(zeroth, 16), 2); /* 14 places */
  v128_t pixels[4];
  columns_of_4(first, wasm_i64x2_shuffle(a, b, 0, 2),
               wasm_i64x2_shuffle(a, b, 1, 3), wasm_i64x2_shuffle(c, d, 0, 2),
               CONST_BITS + PASS1_BITS + 4, pixels);
  const v128_t centre = wasm_i16x8_splat(CENTERJSAMPLE);
  v128_t left = wasm_i16x8_narrow_i32x4(pixels[0], pixels[1]);
  v128_t right = wasm_i16x8_narrow_i32x4(pixels[2], pixels[3]);
  v128_t bytes = wasm_u8x16_narrow_i16x8(wasm_i16x8_add_sat(left, centre),
                                         wasm_i16x8_add_sat(right, centre));
  const v128_t by_row = wasm_i8x16_const(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14,
                                         3, 7, 11, 15);
  bytes = wasm_i8x16_swizzle(bytes, by_row);
  wasm_v128_store32_lane(out[0] + column, bytes, 0);
  wasm_v128_store32_lane(out[1] + column, bytes, 1);
  wasm_v128_store32_lane(out[2] + column, bytes, 2);
  wasm_v128_store32_lane(out[3] + column, bytes, 3);
}
