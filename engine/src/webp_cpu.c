/**
 * In place of libwebp's src/dsp/cpu.c: what this processor can do. SSE2 and
 * SSE4.1 are wasm's SIMD. libwebp's own answer for wasm is that it is also slow
 * to shift, as early Atoms were, and then it decodes without: 12 MP took 281 ms
 * and now 265, together with the wider registers of build.sh.
 */
#include "dsp/dsp.h"

static int can(CPUFeature feature) {
  return feature == kSSE2 || feature == kSSE3 || feature == kSSE4_1;
}

VP8CPUInfo VP8GetCPUInfo = can;
