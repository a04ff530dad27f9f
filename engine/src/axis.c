#include "axis.h"

#include <math.h>
#include <string.h>

#include "heap.h"

#define LOBES 3

static double lanczos(double x) {
  if (x == 0) return 1;
  if (fabs(x) >= LOBES) return 0;
  double angle = M_PI * x;
  return LOBES * sin(angle) * sin(angle / LOBES) / (angle * angle);
}

/** Rounds so that the sum is exact: a flat picture stays flat. */
static void round_to(int16_t *weights, const double *exact, int count) {
  double sum = 0;
  for (int i = 0; i < count; i++) sum += exact[i];
  int left = 1 << WEIGHT_BITS, largest = 0;
  for (int i = 0; i < count; i++) {
    weights[i] = (int16_t)lround(exact[i] / sum * (1 << WEIGHT_BITS));
    left -= weights[i];
    if (weights[i] > weights[largest]) largest = i;
  }
  weights[largest] = (int16_t)(weights[largest] + left);
}

struct axis axis_of(int inputs, int outputs, double start, double span) {
  double ratio = span / outputs;
  double stretch = ratio > 1 ? ratio : 1;
  double reach = LOBES * stretch;
  int widest = (int)ceil(2 * reach) + 1;
  if (widest > inputs) widest = inputs;
  struct axis it = {.taps = (widest + 3) & ~3};
  size_t weights = (size_t)outputs * it.taps;
  it.first = need(sizeof(int32_t) * outputs);
  it.weights = need(sizeof(int16_t) * weights);
  double *exact = need(sizeof(double) * it.taps);

  for (int o = 0; o < outputs; o++) {
    double centre = start + (o + 0.5) * ratio - 0.5;
    int first = (int)ceil(centre - reach);
    if (first > inputs - widest) first = inputs - widest;
    if (first < 0) first = 0;
    memset(exact, 0, sizeof(double) * it.taps);
    for (int i = 0; i < widest; i++) {
      exact[i] = lanczos((first + i - centre) / stretch);
    }
    it.first[o] = first;
    round_to(it.weights + (size_t)o * it.taps, exact, it.taps);
  }
  free(exact);
  return it;
}
