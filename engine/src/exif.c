#include "exif.h"

enum { ORIENTATION = 0x0112, SHORT = 3 };

struct tiff {
  const uint8_t *bytes;
  size_t length;
  int is_little;
};

/** Two bytes at `at`; 0 outside, which is no tag, no type and no orientation. */
static unsigned u16(const struct tiff *in, size_t at) {
  if (at + 2 > in->length || at + 2 < at) return 0;
  unsigned a = in->bytes[at], b = in->bytes[at + 1];
  return in->is_little ? a | b << 8 : a << 8 | b;
}

static size_t u32(const struct tiff *in, size_t at) {
  unsigned a = u16(in, at), b = u16(in, at + 2);
  return in->is_little ? a | (size_t)b << 16 : (size_t)a << 16 | b;
}

int exif_orientation(const uint8_t *bytes, size_t length) {
  if (length < 8) return 1;
  struct tiff in = {bytes, length, bytes[0] == 'I'};
  if (u16(&in, 2) != 42) return 1;
  size_t at = u32(&in, 4);
  unsigned entries = u16(&in, at);
  for (unsigned i = 0; i < entries; i++) {
    size_t entry = at + 2 + 12 * (size_t)i;
    if (entry >= length) return 1;
    if (u16(&in, entry) != ORIENTATION) continue;
    unsigned value = u16(&in, entry + 8);
    int is_known = u16(&in, entry + 2) == SHORT && value >= 1 && value <= 8;
    return is_known ? (int)value : 1;
  }
  return 1;
}
