#include "orient.h"

#include <string.h>

/**
 * For each orientation of EXIF 2.32, section 4.6.5: whether rows become columns,
 * and, once that is done, from which side they are read.
 */
static const struct {
  uint8_t transposes, from_right, from_bottom;
} SIDES[9] = {
    [1] = {0, 0, 0}, [2] = {0, 1, 0}, [3] = {0, 1, 1}, [4] = {0, 0, 1},
    [5] = {1, 0, 0}, [6] = {1, 1, 0}, [7] = {1, 1, 1}, [8] = {1, 0, 1},
};

void place_row(struct picture *to, const uint8_t *row, int y, int orientation) {
  const int width = to->width, height = to->height;
  uint32_t *pixels = (uint32_t *)to->pixels;
  const uint32_t *from = (const uint32_t *)row;
  const int from_right = SIDES[orientation].from_right;
  const int from_bottom = SIDES[orientation].from_bottom;
  if (SIDES[orientation].transposes) {
    int x = from_right ? width - 1 - y : y;
    for (int i = 0; i < height; i++) {
      int at = from_bottom ? height - 1 - i : i;
      pixels[(size_t)at * width + x] = from[i];
    }
    return;
  }
  uint32_t *line = pixels + (size_t)(from_bottom ? height - 1 - y : y) * width;
  if (!from_right) {
    memcpy(line, from, (size_t)width * 4);
    return;
  }
  for (int i = 0; i < width; i++) line[width - 1 - i] = from[i];
}
