#pragma once
#include <stdint.h>

/** In 1/16384: a sum of weights that fits 16 bits, for SIMD's dot products. */
#define WEIGHT_BITS 14

/** Where the outputs of one dimension come from. */
struct axis {
  int taps;       /* for each output: a multiple of 4 */
  int32_t *first; /* the first input of an output */
  int16_t *weights;
};

/**
 * Lanczos with three lobes, for `outputs` of the `span` of `inputs` that begins
 * at `start`. `first` + `taps` passes the last input by 3 at most, where the
 * weights are 0.
 */
struct axis axis_of(int inputs, int outputs, double start, double span);
