/**
 * Which of libde265's functions for SSE4.1 are used, each by SIMD of wasm: those
 * of a picture that refers to no other. For 4 × 4, libde265 prefers its C.
 */
#include <libde265/acceleration.h>
#include <libde265/x86/sse-dct.h>
#include <libde265/x86/sse.h>

void init_acceleration_functions_sse(acceleration_functions *them) {
  them->transform_add_8[1] = ff_hevc_transform_8x8_add_8_sse4;
  them->transform_add_8[2] = ff_hevc_transform_16x16_add_8_sse4;
  them->transform_add_8[3] = ff_hevc_transform_32x32_add_8_sse4;
}
