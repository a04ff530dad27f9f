/**
 * WebP by libwebp, whose own rescaler makes it about twice as large as is wanted
 * while it decodes, so that only that is kept. An animation is refused.
 */
#include <math.h>
#include <string.h>

#include "budget.h"
#include "heap.h"
#include "reader.h"
#include "source.h"
#include "webp/decode.h"
#include "webp_chunks.h"

enum {
  BUFFER_BYTES = 65536, /* fed at once */
  LOSSLESS = 2,         /* of WebPBitstreamFeatures.format */
  KEPT = 2,             /* see jpeg_read.c */
};

static WebPDecoderConfig config;

static int knows(const uint8_t *start) {
  return !memcmp(start, "RIFF", 4) && !memcmp(start + 8, "WEBP", 4);
}

static void open(struct header *header, struct profile *profile,
                 const struct limits *limits) {
  uint8_t *start = need(BUFFER_BYTES);
  size_t length = host_read(0, start, BUFFER_BYTES);
  WebPInitDecoderConfig(&config);
  VP8StatusCode status = WebPGetFeatures(start, length, &config.input);
  free(start);
  if (status == VP8_STATUS_NOT_ENOUGH_DATA) host_fail(FAILED_TRUNCATED);
  if (status != VP8_STATUS_OK) host_fail(FAILED_CORRUPT);
  if (config.input.has_animation) host_fail(FAILED_FORMAT);

  header->width = config.input.width;
  header->height = config.input.height;
  header->has_alpha = config.input.has_alpha;
  check_size(header, limits);
  double pixels = (double)header->width * header->height;
  if (config.input.format == LOSSLESS && pixels * 4 > limits->kept_bytes) {
    host_fail(FAILED_MEMORY);
  }
  webp_chunks_open(header, profile);
}

/** Feeds the decoder, and counts what each part costs before it has it. */
static void feed(WebPIDecoder *decoder, double pixels) {
  uint8_t *buffer = need(BUFFER_BYTES);
  size_t offset = 0, length;
  VP8StatusCode status = VP8_STATUS_SUSPENDED;
  double whole = (double)source_size();
  while (status == VP8_STATUS_SUSPENDED) {
    length = host_read(offset, buffer, BUFFER_BYTES);
    if (length == 0) host_fail(FAILED_TRUNCATED);
    spend(pixels * (length / whole), COST_WEBP_PIXEL);
    status = WebPIAppend(decoder, buffer, length);
    offset += length;
  }
  if (status == VP8_STATUS_OUT_OF_MEMORY) host_fail(FAILED_MEMORY);
  if (status != VP8_STATUS_OK) host_fail(FAILED_CORRUPT);
  free(buffer);
}

/** The pixel behind `place`, of those there are. */
static int end(double place, int pixels) {
  int behind = (int)ceil(place);
  return behind < pixels ? behind : pixels;
}

/** `pixels` of the source made as small as leaves enough of them for `to`. */
static int scaled(int pixels, double wanted, int to) {
  double ratio = KEPT * to / wanted;
  int fewer = (int)(pixels * ratio + 1);
  return fewer < pixels ? fewer : pixels;
}

static void decode(const struct header *header, const struct wish *wish,
                   struct resizer *resizer) {
  WebPDecoderOptions *options = &config.options;
  /* libwebp cuts at even places, since colours are of two pixels each. */
  int left = (int)wish->left & ~1, top = (int)wish->top & ~1;
  options->use_cropping = 1;
  options->crop_left = left;
  options->crop_top = top;
  options->crop_width = end(wish->left + wish->width, header->width) - left;
  options->crop_height = end(wish->top + wish->height, header->height) - top;
  int width = scaled(options->crop_width, wish->width, wish->to_width);
  int height = scaled(options->crop_height, wish->height, wish->to_height);
  options->use_scaling = 1;
  options->scaled_width = width;
  options->scaled_height = height;
  double across = (double)width / options->crop_width;
  double down = (double)height / options->crop_height;
  if (across == 1 && down == 1) options->use_scaling = 0;
  /* It keeps more digits than a byte while it multiplies by alpha itself. */
  config.output.colorspace = header->has_alpha ? MODE_rgbA : MODE_RGBA;
  resizer->is_premultiplied = 1;

  WebPIDecoder *decoder = WebPIDecode(NULL, 0, &config);
  if (decoder == NULL) host_fail(FAILED_MEMORY);
  feed(decoder, (double)header->width * header->height);
  WebPIDelete(decoder);

  struct window window = {(wish->left - left) * across,
                          (wish->top - top) * down, wish->width * across,
                          wish->height * down};
  resize_begin(resizer, width, height, &window);
  const WebPRGBABuffer *rows = &config.output.u.RGBA;
  uint8_t *last = need((size_t)width * 4 + ROW_PADDING);
  for (int y = 0; y < height; y++) {
    uint8_t *row = rows->rgba + (size_t)y * rows->stride;
    /* SIMD reads behind a row, which the last one has nothing of. */
    if (y == height - 1) row = memcpy(last, row, (size_t)width * 4);
    resize_push(resizer, row);
  }
  free(last);
  WebPFreeDecBuffer(&config.output);
}

const struct reader webp_reader = {knows, open, decode};
