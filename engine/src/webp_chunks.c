#include "webp_chunks.h"

#include <string.h>

#include "exif.h"
#include "heap.h"
#include "source.h"

enum {
  RIFF_HEADER = 12,
  EXIF_MOST = 65536,
  PROFILE_MOST = 1 << 20,
  CHUNKS_MOST = 64, /* an animation has many, and is not read */
};

static uint8_t *read_chunk(size_t at, size_t length, size_t most) {
  if (length > most) return NULL;
  uint8_t *bytes = need(length);
  if (host_read(at, bytes, length) == length) return bytes;
  free(bytes);
  return NULL;
}

void webp_chunks_open(struct header *header, struct profile *profile) {
  size_t at = RIFF_HEADER;
  uint8_t start[8];
  for (int i = 0; i < CHUNKS_MOST; i++) {
    if (host_read(at, start, sizeof start) != sizeof start) return;
    size_t length = little32(start + 4), data = at + sizeof start;
    if (length > INT32_MAX) return;
    if (memcmp(start, "EXIF", 4) == 0) {
      uint8_t *exif = read_chunk(data, length, EXIF_MOST);
      /* Some writers keep JPEG's prefix, which the format has not. */
      int prefix = exif && length > 6 && !memcmp(exif, "Exif\0", 6) ? 6 : 0;
      if (exif) {
        header->orientation = exif_orientation(exif + prefix, length - prefix);
      }
      free(exif);
    } else if (memcmp(start, "ICCP", 4) == 0 && profile->length == 0) {
      uint8_t *bytes = read_chunk(data, length, PROFILE_MOST);
      if (bytes) *profile = (struct profile){bytes, length};
    }
    at = data + length + (length & 1); /* padded to an even length */
  }
}
