/**
 * Rows of a picture, as bytes of red, green, blue and alpha.
 */
#include <libde265/de265.h>
#include <wasm_simd128.h>

#include "decoder.h"

#define EXPORT extern "C" __attribute__((used, visibility("default")))

/* Of a picture, and where it goes: written by the host, as `Area` in hevc.ts. */
struct area {
  int32_t slot;
  int32_t top;
  int32_t width;
  int32_t height;
  uint32_t into;
  /* From one row to the next, in bytes. */
  int32_t stride;
};

static area asked;

/**
 * From luma and chroma to red, green and blue, in 65536ths: three rows of a
 * factor for each, and what is added.
 */
static int32_t matrix[3][4];

EXPORT area *area_at(void) { return &asked; }

EXPORT int32_t *matrix_at(void) { return &matrix[0][0]; }

/* Samples of a plane, each of 8 bits or of more in 16. */
template <typename Sample>
static const Sample *row_of(const de265_image *picture, int plane, int y) {
  int stride;
  const uint8_t *at = de265_get_image_plane(picture, plane, &stride);
  return reinterpret_cast<const Sample *>(at + (std::size_t)stride * y);
}

/* What a sample of each chroma adds to red, green and blue. */
static inline v128_t part_of(int32_t blue, int32_t red, const v128_t by[4]) {
  v128_t both = wasm_i32x4_add(wasm_i32x4_mul(by[1], wasm_i32x4_splat(blue)),
                               wasm_i32x4_mul(by[2], wasm_i32x4_splat(red)));
  return wasm_i32x4_add(both, by[3]);
}

/* A pixel: what is beyond 0 and 255 is cut off. */
static inline void put(uint8_t *to, int32_t luma, v128_t part, v128_t by) {
  v128_t sum = wasm_i32x4_add(wasm_i32x4_mul(by, wasm_i32x4_splat(luma)), part);
  v128_t whole = wasm_i32x4_shr(sum, 16);
  v128_t narrow = wasm_i16x8_narrow_i32x4(whole, whole);
  wasm_v128_store32_lane(to, wasm_u8x16_narrow_i16x8(narrow, narrow), 0);
}

template <typename Sample, int across>
static void colour_row(const de265_image *picture, int y, uint8_t *to) {
  int chroma = de265_get_chroma_format(picture);
  int down = chroma == de265_chroma_420;
  v128_t by[4];
  for (int i = 0; i < 4; i++) {
    // The fourth is alpha: nothing of the picture, and 255 that is added.
    by[i] = wasm_i32x4_make(matrix[0][i], matrix[1][i], matrix[2][i],
                            i == 3 ? 255 << 16 : 0);
  }
  const Sample *luma = row_of<Sample>(picture, 0, y);
  int width = asked.width;
  if (chroma == de265_chroma_mono) {
    int32_t middle = 1 << (de265_get_bits_per_pixel(picture, 0) - 1);
    v128_t part = part_of(middle, middle, by);
    for (int x = 0; x < width; x++) put(to + 4 * x, luma[x], part, by[0]);
    return;
  }
  const Sample *blue = row_of<Sample>(picture, 1, y >> down);
  const Sample *red = row_of<Sample>(picture, 2, y >> down);
  for (int x = 0; x < width; x += 1 + across) {
    v128_t part = part_of(blue[x >> across], red[x >> across], by);
    put(to + 4 * x, luma[x], part, by[0]);
    if (across && x + 1 < width) put(to + 4 * x + 4, luma[x + 1], part, by[0]);
  }
}

template <typename Sample>
static void any_row(const de265_image *picture, int y, uint8_t *to) {
  int chroma = de265_get_chroma_format(picture);
  bool is_halved = chroma == de265_chroma_420 || chroma == de265_chroma_422;
  if (is_halved) colour_row<Sample, 1>(picture, y, to);
  else colour_row<Sample, 0>(picture, y, to);
}

/* The colours of the area that the host asks for, opaque. */
EXPORT void colours(void) {
  const de265_image *picture = picture_of(asked.slot);
  bool is_deep = de265_get_bits_per_pixel(picture, 0) > 8;
  for (int i = 0; i < asked.height; i++) {
    uint8_t *to = reinterpret_cast<uint8_t *>(asked.into) + asked.stride * i;
    if (is_deep) any_row<uint16_t>(picture, asked.top + i, to);
    else any_row<uint8_t>(picture, asked.top + i, to);
  }
}

template <typename Sample>
static void alpha_row(const de265_image *picture, int y, uint8_t *to) {
  const Sample *luma = row_of<Sample>(picture, 0, y);
  int32_t most = (1 << de265_get_bits_per_pixel(picture, 0)) - 1;
  for (int i = 0; i < asked.width; i++) {
    to[i] = (uint8_t)((luma[i] * 255 + most / 2) / most);
  }
}

/* The same of alpha: a byte a pixel. */
EXPORT void alpha(void) {
  const de265_image *picture = picture_of(asked.slot);
  bool is_deep = de265_get_bits_per_pixel(picture, 0) > 8;
  for (int i = 0; i < asked.height; i++) {
    uint8_t *to = reinterpret_cast<uint8_t *>(asked.into) + asked.stride * i;
    if (is_deep) alpha_row<uint16_t>(picture, asked.top + i, to);
    else alpha_row<uint8_t>(picture, asked.top + i, to);
  }
}
