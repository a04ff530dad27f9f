#include "alpha.h"

#include <wasm_simd128.h>

/** Products of bytes, divided by 255 and rounded. */
static v128_t by_255(v128_t product) {
  v128_t sum = wasm_i16x8_add(product, wasm_i16x8_splat(128));
  return wasm_u16x8_shr(wasm_i16x8_add(sum, wasm_u16x8_shr(sum, 8)), 8);
}

void premultiply(uint8_t *to, const uint8_t *from, int count) {
  /* A factor for each byte: its pixel's alpha, and 255 for alpha itself. */
  const v128_t alphas = wasm_i8x16_const(3, 3, 3, -1, 7, 7, 7, -1, 11, 11, 11,
                                         -1, 15, 15, 15, -1);
  const v128_t whole = wasm_i32x4_splat((int)0xff000000);
  for (int i = 0; i < count; i += 4) {
    v128_t pixels = wasm_v128_load(from + 4 * i);
    v128_t factors = wasm_v128_or(wasm_i8x16_swizzle(pixels, alphas), whole);
    v128_t low = by_255(wasm_u16x8_extmul_low_u8x16(pixels, factors));
    v128_t high = by_255(wasm_u16x8_extmul_high_u8x16(pixels, factors));
    wasm_v128_store(to + 4 * i, wasm_u8x16_narrow_i16x8(low, high));
  }
}

void unpremultiply(uint8_t *pixels, int count) {
  for (int i = 0; i < count; i++, pixels += 4) {
    unsigned alpha = pixels[3];
    if (alpha == 255) continue;
    for (int c = 0; c < 3; c++) {
      /* Lanczos overshoots each channel by itself: a colour may exceed alpha. */
      unsigned value = alpha ? (pixels[c] * 255u + alpha / 2) / alpha : 0;
      pixels[c] = value > 255 ? 255 : (uint8_t)value;
    }
  }
}
