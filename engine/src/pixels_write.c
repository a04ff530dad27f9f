/** Pixels for another encoder: rows of 4 bytes a pixel, with nothing before. */
#include "budget.h"
#include "heap.h"
#include "writer.h"

/** What is not seen through may have anything in its place: ink, say. */
static void fill_alpha(uint8_t *pixels, size_t count) {
  for (size_t i = 0; i < count; i++) pixels[4 * i + 3] = 255;
}

static void write(struct picture *picture, const struct wish *wish) {
  (void)wish;
  double pixels = (double)picture->width * picture->height;
  spend(pixels, COST_PIXELS_PIXEL);
  if (!picture->has_alpha) fill_alpha(picture->pixels, (size_t)pixels);
  host_write(picture->pixels, (size_t)pixels * 4);
  free(picture->pixels);
}

const struct writer pixels_writer = {1, write};
