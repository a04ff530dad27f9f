#include "webp_chunks.h"

#include <string.h>

#include "exif.h"
#include "heap.h"
#include "source.h"

enum {
  RIFF_HEADER = 12,
  EXIF_MOST = 65536,
  PROFILE_MOST = 1 << 20,
  CHUNKS_MOST = 1024, /* an animation has one for each frame */
  CANVAS_BYTES = 10,  /* of VP8X, and of its size the last six */
  FRAME_BYTES = 16,   /* of ANMF, before the chunks of the frame */
};

struct chunk {
  char name[4];
  size_t at, length; /* of what is in it */
};

/** Reads where a chunk is and steps `at` over it: 0 where there is none. */
static int next_chunk(size_t *at, struct chunk *chunk) {
  uint8_t start[8];
  if (source_part(*at, start, sizeof start) != sizeof start) return 0;
  memcpy(chunk->name, start, sizeof chunk->name);
  chunk->at = *at + sizeof start;
  chunk->length = little32(start + 4);
  if (chunk->length > INT32_MAX - chunk->at) return 0;
  *at = chunk->at + chunk->length + (chunk->length & 1); /* padded to be even */
  return 1;
}

static int is(const struct chunk *chunk, const char *name) {
  return memcmp(chunk->name, name, sizeof chunk->name) == 0;
}

static uint8_t *read_chunk(const struct chunk *chunk, size_t most) {
  if (chunk->length > most) return NULL;
  uint8_t *bytes = need(chunk->length);
  if (source_part(chunk->at, bytes, chunk->length) == chunk->length) return bytes;
  free(bytes);
  return NULL;
}

void webp_chunks_open(struct header *header, struct profile *profile) {
  size_t at = RIFF_HEADER;
  struct chunk chunk;
  for (int i = 0; i < CHUNKS_MOST && next_chunk(&at, &chunk); i++) {
    if (is(&chunk, "EXIF")) {
      uint8_t *exif = read_chunk(&chunk, EXIF_MOST);
      size_t length = chunk.length;
      /* Some writers keep JPEG's prefix, which the format has not. */
      int prefix = exif && length > 6 && !memcmp(exif, "Exif\0", 6) ? 6 : 0;
      if (exif) {
        header->orientation = exif_orientation(exif + prefix, length - prefix);
      }
      free(exif);
    } else if (is(&chunk, "ICCP") && profile->length == 0) {
      uint8_t *bytes = read_chunk(&chunk, PROFILE_MOST);
      if (bytes) *profile = (struct profile){bytes, chunk.length};
    }
  }
}

/** Numbers of 24 bits. */
static int32_t little24(const uint8_t *at) {
  return at[0] | at[1] << 8 | at[2] << 16;
}

/** By the WebP Container Specification, "Extended File Format". */
struct webp_frame webp_first_frame(void) {
  uint8_t riff[RIFF_HEADER], canvas[CANVAS_BYTES], start[FRAME_BYTES];
  source_read(0, riff, sizeof riff);
  if (little32(riff + 4) > source_size() - 8) host_fail(FAILED_TRUNCATED);
  size_t at = RIFF_HEADER;
  struct chunk chunk;
  /* VP8X is first, or it would not be known for an animation. */
  if (!next_chunk(&at, &chunk)) host_fail(FAILED_TRUNCATED);
  if (!is(&chunk, "VP8X")) host_fail(FAILED_CORRUPT);
  source_read(chunk.at, canvas, sizeof canvas);
  for (int i = 0; i < CHUNKS_MOST && next_chunk(&at, &chunk); i++) {
    if (!is(&chunk, "ANMF")) continue;
    if (chunk.length < FRAME_BYTES) break;
    source_read(chunk.at, start, sizeof start);
    struct webp_frame frame = {
        .at = chunk.at + FRAME_BYTES,
        .length = chunk.length - FRAME_BYTES,
        .left = little24(start) * 2,
        .top = little24(start + 3) * 2,
        .width = little24(start + 6) + 1,
        .height = little24(start + 9) + 1,
        .canvas_width = little24(canvas + 4) + 1,
        .canvas_height = little24(canvas + 7) + 1,
    };
    /* None of these has more than 26 bits, so no sum is too large. */
    if (frame.left + frame.width > frame.canvas_width) break;
    if (frame.top + frame.height > frame.canvas_height) break;
    return frame;
  }
  host_fail(FAILED_CORRUPT);
}
