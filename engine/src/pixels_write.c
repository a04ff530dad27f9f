/** Pixels for another encoder: rows of 4 bytes a pixel, with nothing before. */
#include "budget.h"
#include "heap.h"
#include "writer.h"

static void write(struct picture *picture, int quality) {
  (void)quality;
  double pixels = (double)picture->width * picture->height;
  spend(pixels, COST_PIXELS_PIXEL);
  host_write(picture->pixels, (size_t)pixels * 4);
  free(picture->pixels);
}

const struct writer pixels_writer = {1, write};
