/**
 * Pixels that another decoder has made: a header, and rows of 4 bytes a pixel,
 * which stay where they are until their turn comes.
 */
#include "budget.h"
#include "heap.h"
#include "reader.h"
#include "source.h"

/** Written by instance.ts, numbers with their low bytes first. */
struct start {
  uint32_t magic, width, height, has_alpha;
};

#define MAGIC 0x4c585089 /* what no file begins with: \x89PXL */

static int knows(const uint8_t *start) { return little32(start) == MAGIC; }

static void open(struct header *header, struct profile *profile,
                 const struct limits *limits) {
  (void)profile;
  struct start start;
  source_read(0, &start, sizeof start);
  header->width = (int32_t)start.width;
  header->height = (int32_t)start.height;
  header->has_alpha = start.has_alpha != 0;
  check_size(header, limits);
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
  uint8_t *row = need(stride + ROW_PADDING);
  for (int y = 0; !resize_is_done(resizer); y++) {
    spend(header->width, COST_PIXELS_PIXEL);
    source_read(sizeof(struct start) + y * stride, row, stride);
    if (!header->has_alpha) fill_alpha(row, header->width);
    resize_push(resizer, row);
  }
  free(row);
}

const struct reader pixels_reader = {knows, open, decode};
