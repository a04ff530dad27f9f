#include "png_chunks.h"

#include <string.h>
#include <zlib.h>

#include "exif.h"
#include "heap.h"
#include "source.h"

enum {
  SIGNATURE = 8,
  FRAME = 12,           /* length, type and checksum around the data */
  EXIF_MOST = 65536,    /* as much as a JPEG can have */
  PROFILE_MOST = 1 << 20, /* the largest in use are half of it */
};

static size_t offset; /* of the next byte to show */
static size_t left;   /* bytes of this chunk, or of the signature */

/** Capital letters begin what a decoder must know: PNG, section 5.4. */
static int is_shown(const uint8_t *type) {
  return (type[0] & 0x20) == 0 || memcmp(type, "tRNS", 4) == 0;
}

static void read_exif(struct header *header, size_t at, size_t length) {
  if (length > EXIF_MOST) return;
  uint8_t *exif = need(length);
  source_read(at, exif, length);
  header->orientation = exif_orientation(exif, length);
  free(exif);
}

/** A name, a zero, a zero for deflate, and the profile: PNG, section 11.3.2.3. */
static void read_profile(struct profile *profile, size_t at, size_t length) {
  if (length > PROFILE_MOST) return;
  uint8_t *packed = need(length), *bytes = need(PROFILE_MOST);
  source_read(at, packed, length);
  const uint8_t *name_end = memchr(packed, 0, length < 80 ? length : 80);
  size_t before = name_end ? (size_t)(name_end - packed) + 2 : length;
  uLongf size = PROFILE_MOST;
  if (before < length &&
      uncompress(bytes, &size, packed + before, length - before) == Z_OK) {
    *profile = (struct profile){bytes, size};
  } else {
    free(bytes);
  }
  free(packed);
}

void png_chunks_open(struct header *header, struct profile *profile) {
  size_t at = SIGNATURE;
  uint8_t start[8];
  int has_profile = 0; /* one is all there may be, and it is unpacked */
  /* What is to be known before the pixels stands before them. */
  while (source_part(at, start, sizeof start) == sizeof start) {
    size_t length = big32(start);
    const uint8_t *type = start + 4;
    if (length > INT32_MAX || memcmp(type, "IDAT", 4) == 0) break;
    if (memcmp(type, "eXIf", 4) == 0) read_exif(header, at + 8, length);
    if (memcmp(type, "iCCP", 4) == 0 && !has_profile) {
      has_profile = 1;
      read_profile(profile, at + 8, length);
    }
    at += FRAME + length;
  }
  offset = 0;
  left = SIGNATURE;
}

/** Goes to the next chunk that is shown. */
static void next_chunk(void) {
  uint8_t start[8];
  for (;;) {
    source_read(offset, start, sizeof start);
    size_t length = big32(start);
    if (length > INT32_MAX) host_fail(FAILED_CORRUPT);
    if (is_shown(start + 4)) {
      left = FRAME + length;
      return;
    }
    offset += FRAME + length;
  }
}

void png_chunks_read(uint8_t *into, size_t length) {
  while (length > 0) {
    if (left == 0) next_chunk();
    size_t part = length < left ? length : left;
    source_read(offset, into, part);
    offset += part;
    left -= part;
    into += part;
    length -= part;
  }
}
