/** PNG by libspng, row by row. Only an interlaced one must be kept whole. */
#include <spng.h>
#include <string.h>

#include "budget.h"
#include "heap.h"
#include "png_chunks.h"
#include "reader.h"

/** Wider or higher than any limit allows, and few enough to multiply. */
#define LONGEST (1 << 24)

static spng_ctx *png;
static struct spng_ihdr ihdr;

static int knows(const uint8_t *start) {
  return memcmp(start, "\x89PNG\r\n\x1a\n", 8) == 0;
}

static int read(spng_ctx *context, void *user, void *into, size_t length) {
  (void)context, (void)user;
  png_chunks_read(into, length);
  return 0;
}

static void check(int status) {
  if (status == 0) return;
  if (status == SPNG_EMEM) host_fail(FAILED_MEMORY);
  if (status == SPNG_EUSER_WIDTH || status == SPNG_EUSER_HEIGHT) {
    host_fail(FAILED_PIXELS);
  }
  host_fail(FAILED_CORRUPT);
}

static void open(struct header *header, struct profile *profile,
                 const struct limits *limits) {
  png_chunks_open(header, profile);
  png = spng_ctx_new(0);
  if (png == NULL) host_fail(FAILED_MEMORY);
  check(spng_set_png_stream(png, read, NULL));
  check(spng_set_image_limits(png, LONGEST, LONGEST));
  check(spng_get_ihdr(png, &ihdr));
  header->width = (int32_t)ihdr.width;
  header->height = (int32_t)ihdr.height;
  check_size(header, limits);
  if (ihdr.interlace_method &&
      (double)ihdr.width * ihdr.height * 4 > limits->kept_bytes) {
    host_fail(FAILED_MEMORY);
  }
  header->space = ihdr.color_type & 2 ? SPACE_RGB : SPACE_GREY;
  struct spng_trns trns;
  int has_alpha_channel = ihdr.color_type & 4;
  header->has_alpha = has_alpha_channel || spng_get_trns(png, &trns) == 0;
}

/** What a row costs, by what it is unpacked to. */
static void spend_row(void) {
  static const uint8_t CHANNELS[] = {1, 0, 3, 1, 2, 0, 4};
  double bits = (double)CHANNELS[ihdr.color_type] * ihdr.bit_depth;
  spend(ihdr.width * bits / 8, COST_PNG_BYTE);
  if (bits != 32) spend(ihdr.width, COST_PNG_PIXEL);
}

/** Passes that add pixels to rows: they are resized once all have come. */
static void decode_interlaced(struct resizer *resizer) {
  size_t stride = (size_t)ihdr.width * 4;
  uint8_t *pixels = need(stride * ihdr.height + ROW_PADDING);
  struct spng_row_info row;
  int status;
  do {
    check(spng_get_row_info(png, &row));
    spend_row();
    status = spng_decode_row(png, pixels + row.row_num * stride, stride);
  } while (status == 0);
  if (status != SPNG_EOI) check(status);
  for (uint32_t y = 0; y < ihdr.height && !resize_is_done(resizer); y++) {
    resize_push(resizer, pixels + y * stride);
  }
  free(pixels);
}

static void decode_rows(struct resizer *resizer) {
  size_t stride = (size_t)ihdr.width * 4;
  uint8_t *row = need(stride + ROW_PADDING);
  while (!resize_is_done(resizer)) {
    spend_row();
    int status = spng_decode_row(png, row, stride);
    if (status != SPNG_EOI) check(status);
    resize_push(resizer, row);
  }
  free(row);
}

static void decode(const struct header *header, const struct wish *wish,
                   struct resizer *resizer) {
  (void)header;
  struct window window = {wish->left, wish->top, wish->width, wish->height};
  resize_begin(resizer, (int)ihdr.width, (int)ihdr.height, &window);
  int flags = SPNG_DECODE_TRNS | SPNG_DECODE_PROGRESSIVE;
  check(spng_decode_image(png, NULL, 0, SPNG_FMT_RGBA8, flags));
  if (ihdr.interlace_method) {
    decode_interlaced(resizer);
  } else {
    decode_rows(resizer);
  }
  spng_ctx_free(png);
}

const struct reader png_reader = {knows, open, decode};
