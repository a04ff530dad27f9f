/**
 * Pixels that another decoder has made: a header, a profile if it has one, and
 * rows of 4 bytes a pixel, which stay where they are until their turn comes.
 */
#include "budget.h"
#include "heap.h"
#include "reader.h"
#include "source.h"

/** Written by source.ts, numbers with their low bytes first. */
struct start {
  uint32_t magic, width, height, has_alpha, space, orientation, profile_bytes;
};

static struct start start;

#define MAGIC 0x4c585089 /* what no file begins with: \x89PXL */

static int knows(const uint8_t *start) { return little32(start) == MAGIC; }

static void open(struct header *header, struct profile *profile,
                 const struct limits *limits) {
  source_read(0, &start, sizeof start);
  header->width = (int32_t)start.width;
  header->height = (int32_t)start.height;
  header->has_alpha = start.has_alpha != 0;
  header->space = (enum space)start.space;
  header->orientation = (int32_t)start.orientation;
  check_size(header, limits);
  if (start.profile_bytes == 0) return;
  uint8_t *bytes = need(start.profile_bytes);
  source_read(sizeof start, bytes, start.profile_bytes);
  *profile = (struct profile){bytes, start.profile_bytes};
}

/** What is said to have no alpha may have anything in its place. */
static void fill_alpha(uint8_t *row, int count) {
  for (int i = 0; i < count; i++) row[4 * i + 3] = 255;
}

static void decode(const struct header *header, const struct wish *wish,
                   struct resizer *resizer) {
  struct window window = {wish->left, wish->top, wish->width, wish->height};
  resize_begin(resizer, header->width, header->height, &window);
  size_t stride = (size_t)header->width * 4;
  size_t first = sizeof start + start.profile_bytes;
  uint8_t *row = need(stride + ROW_PADDING);
  for (int y = 0; !resize_is_done(resizer); y++) {
    spend(header->width, COST_PIXELS_PIXEL);
    source_read(first + y * stride, row, stride);
    int is_filled = header->has_alpha || header->space == SPACE_CMYK;
    if (!is_filled) fill_alpha(row, header->width);
    resize_push(resizer, row);
  }
  free(row);
}

const struct reader pixels_reader = {knows, open, decode};
