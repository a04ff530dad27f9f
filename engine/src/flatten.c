#include "flatten.h"

void flatten(struct picture *picture, uint32_t background) {
  size_t count = (size_t)picture->width * picture->height;
  uint8_t *pixel = picture->pixels;
  for (size_t i = 0; i < count; i++, pixel += 4) {
    unsigned alpha = pixel[3];
    for (int c = 0; c < 3; c++) {
      unsigned below = background >> (16 - 8 * c) & 255;
      pixel[c] =
          (uint8_t)((pixel[c] * alpha + below * (255 - alpha) + 127) / 255);
    }
    pixel[3] = 255;
  }
  picture->has_alpha = 0;
}
