/** YCbCr to RGBA, eight pixels at a time, for jpeg_read.c alone. */
#include <stdio.h>
#include <wasm_simd128.h>

#include "jpeglib.h"

/* JFIF 1.02, in 1/16384. */
enum { BITS = 14, R_CR = 22970, G_CB = -5638, G_CR = -11700, B_CB = 29032 };

int jsimd_can_ycc_rgb(void) { return 1; }

/** A sum of two channels, rounded, for eight pixels that lie in pairs. */
static v128_t mix(v128_t low, v128_t high, int blue, int red) {
  const v128_t by = wasm_i32x4_splat((int)((unsigned)red << 16) | (blue & 0xffff));
  const v128_t half = wasm_i32x4_splat(1 << (BITS - 1));
  v128_t a = wasm_i32x4_add(wasm_i32x4_dot_i16x8(low, by), half);
  v128_t b = wasm_i32x4_add(wasm_i32x4_dot_i16x8(high, by), half);
  return wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(a, BITS),
                                 wasm_i32x4_shr(b, BITS));
}

/** Rows of the input are as long as their blocks, and of ours as ROW_PADDING. */
void jsimd_ycc_rgb_convert(j_decompress_ptr jpeg, JSAMPIMAGE in,
                           JDIMENSION row, JSAMPARRAY out, int rows) {
  const v128_t centre = wasm_i16x8_splat(128), opaque = wasm_i8x16_splat(-1);
  for (int y = 0; y < rows; y++, row++) {
    const JSAMPLE *luma = in[0][row], *blue = in[1][row], *red = in[2][row];
    JSAMPLE *to = out[y];
    for (JDIMENSION x = 0; x < jpeg->output_width; x += 8, to += 32) {
      v128_t light = wasm_u16x8_load8x8(luma + x);
      v128_t cb = wasm_i16x8_sub(wasm_u16x8_load8x8(blue + x), centre);
      v128_t cr = wasm_i16x8_sub(wasm_u16x8_load8x8(red + x), centre);
      v128_t low = wasm_i16x8_shuffle(cb, cr, 0, 8, 1, 9, 2, 10, 3, 11);
      v128_t high = wasm_i16x8_shuffle(cb, cr, 4, 12, 5, 13, 6, 14, 7, 15);
      v128_t r = wasm_i16x8_add(light, mix(low, high, 0, R_CR));
      v128_t g = wasm_i16x8_add(light, mix(low, high, G_CB, G_CR));
      v128_t b = wasm_i16x8_add(light, mix(low, high, B_CB, 0));
      v128_t rb = wasm_u8x16_narrow_i16x8(r, b);
      v128_t ga = wasm_u8x16_narrow_i16x8(g, g);
      v128_t rg = wasm_i8x16_shuffle(rb, ga, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20,
                                     5, 21, 6, 22, 7, 23);
      v128_t ba = wasm_i8x16_shuffle(rb, opaque, 8, 16, 9, 17, 10, 18, 11, 19,
                                     12, 20, 13, 21, 14, 22, 15, 23);
      wasm_v128_store(to, wasm_i16x8_shuffle(rg, ba, 0, 8, 1, 9, 2, 10, 3, 11));
      wasm_v128_store(to + 16, wasm_i16x8_shuffle(rg, ba, 4, 12, 5, 13, 6, 14,
                                                  7, 15));
    }
  }
}
