/**
 * WebP by libwebp, whose own rescaler makes it about twice as large as is wanted
 * while it decodes, so that only that is kept. Of an animation, the first frame.
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
  BUFFER_BYTES = 65536, /* fed at once, or more of what is large */
  MOST_PARTS = 32,
  LOSSLESS = 2,         /* of WebPBitstreamFeatures.format */
  KEPT = 2,             /* see jpeg_read.c */
  HEADER_BYTES = 30,    /* of a file, up to the first chunk of a frame */
  ALPHA_FLAG = 16,      /* of VP8X */
};

static WebPDecoderConfig config;
static struct webp_frame frame;

/** What libwebp is shown: the file, or a frame as if it were one. */
static struct {
  uint8_t header[HEADER_BYTES];
  size_t header_length;
  size_t at, length; /* of what follows, in the source */
} shown;

static int knows(const uint8_t *start) {
  return !memcmp(start, "RIFF", 4) && !memcmp(start + 8, "WEBP", 4);
}

static void show_file(void) {
  shown.header_length = shown.at = 0;
  shown.length = source_size();
}

static void put(uint8_t *at, uint32_t number, int bytes) {
  for (int i = 0; i < bytes; i++) at[i] = (uint8_t)(number >> (8 * i));
}

/** By the WebP Container Specification: RIFF, and VP8X of the frame's size. */
static void show_frame(void) {
  uint8_t *to = shown.header;
  memcpy(to, "RIFF....WEBPVP8X....", 20);
  put(to + 4, (uint32_t)(HEADER_BYTES - 8 + frame.length), 4);
  put(to + 16, HEADER_BYTES - 20, 4);
  put(to + 20, ALPHA_FLAG, 4);
  put(to + 24, (uint32_t)frame.width - 1, 3);
  put(to + 27, (uint32_t)frame.height - 1, 3);
  shown.header_length = HEADER_BYTES;
  shown.at = frame.at;
  shown.length = frame.length;
}

/** Copies up to `most` bytes of what is shown from `offset`; returns how many. */
static size_t read_shown(size_t offset, uint8_t *into, size_t most) {
  size_t header = 0;
  if (offset < shown.header_length) {
    header = shown.header_length - offset;
    memcpy(into, shown.header + offset, header);
  }
  size_t from = offset + header - shown.header_length;
  size_t left = shown.length - from, room = most - header;
  return header + source_part(shown.at + from, into + header,
                              left < room ? left : room);
}

/** Reads the features of what is shown. */
static void look(void) {
  uint8_t *start = need(BUFFER_BYTES);
  size_t length = read_shown(0, start, BUFFER_BYTES);
  WebPInitDecoderConfig(&config);
  VP8StatusCode status = WebPGetFeatures(start, length, &config.input);
  free(start);
  if (status == VP8_STATUS_NOT_ENOUGH_DATA) host_fail(FAILED_TRUNCATED);
  if (status != VP8_STATUS_OK) host_fail(FAILED_CORRUPT);
}

/** Whether the frame leaves some of its canvas empty. */
static int is_placed(void) {
  return frame.width < frame.canvas_width ||
         frame.height < frame.canvas_height;
}

static void open(struct header *header, struct profile *profile,
                 const struct limits *limits) {
  show_file();
  look();
  int is_animation = config.input.has_animation;
  if (is_animation) {
    frame = webp_first_frame();
    show_frame();
    look();
  } else {
    int32_t width = config.input.width, height = config.input.height;
    frame = (struct webp_frame){.width = width,
                                .height = height,
                                .canvas_width = width,
                                .canvas_height = height};
  }
  header->width = frame.canvas_width;
  header->height = frame.canvas_height;
  header->has_alpha = config.input.has_alpha || is_placed();
  check_size(header, limits);
  double pixels = (double)frame.width * frame.height;
  int is_kept = config.input.format == LOSSLESS || is_placed();
  if (is_kept && pixels * 4 > limits->kept_bytes) host_fail(FAILED_MEMORY);
  webp_chunks_open(header, profile);
}

/**
 * Feeds the decoder. What it cannot begin with it looks at again with the next
 * part, so parts are few, and a lossless picture, whose tables may be most of
 * it, comes in one, which is not copied.
 */
static void feed(WebPIDecoder *decoder) {
  size_t whole = shown.header_length + shown.length;
  size_t part = whole / MOST_PARTS + 1, offset = 0;
  if (part < BUFFER_BYTES) part = BUFFER_BYTES;
  if (config.input.format == LOSSLESS || part > whole) part = whole;
  uint8_t *buffer = need(part);
  VP8StatusCode status = VP8_STATUS_SUSPENDED;
  while (status == VP8_STATUS_SUSPENDED) {
    size_t length = read_shown(offset, buffer, part);
    if (length == 0) host_fail(FAILED_TRUNCATED);
    status = part == whole ? WebPIUpdate(decoder, buffer, length)
                           : WebPIAppend(decoder, buffer, length);
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

/** Decodes to what the configuration says. */
static void decode_frame(const struct header *header,
                         struct resizer *resizer) {
  /* It keeps more digits than a byte while it multiplies by alpha itself. */
  config.output.colorspace = header->has_alpha ? MODE_rgbA : MODE_RGBA;
  resizer->is_premultiplied = 1;
  spend((double)frame.width * frame.height, COST_WEBP_PIXEL);
  int is_lossless = config.input.format == LOSSLESS;
  spend((double)shown.length,
        is_lossless ? COST_WEBP_LOSSLESS_BYTE : COST_WEBP_BYTE);
  WebPIDecoder *decoder = WebPIDecode(NULL, 0, &config);
  if (decoder == NULL) host_fail(FAILED_MEMORY);
  feed(decoder);
  WebPIDelete(decoder);
}

static const uint8_t *decoded_row(int y) {
  const WebPRGBABuffer *rows = &config.output.u.RGBA;
  return rows->rgba + (size_t)y * rows->stride;
}

/** Decodes what is wanted of a picture without an edge, cut and scaled. */
static void decode_scaled(const struct header *header, const struct wish *wish,
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
  decode_frame(header, resizer);

  struct window window = {(wish->left - left) * across,
                          (wish->top - top) * down, wish->width * across,
                          wish->height * down};
  resize_begin(resizer, width, height, &window);
  uint8_t *last = need((size_t)width * 4 + ROW_PADDING);
  for (int y = 0; y < height; y++) {
    const uint8_t *row = decoded_row(y);
    /* SIMD reads behind a row, which the last one has nothing of. */
    if (y == height - 1) row = memcpy(last, row, (size_t)width * 4);
    resize_push(resizer, row);
  }
  free(last);
}

/** Decodes a frame, and lays it on its canvas, on which there is nothing. */
static void decode_placed(const struct header *header, const struct wish *wish,
                          struct resizer *resizer) {
  decode_frame(header, resizer);
  struct window window = {wish->left, wish->top, wish->width, wish->height};
  resize_begin(resizer, header->width, header->height, &window);
  size_t bytes = (size_t)header->width * 4;
  uint8_t *row = need(bytes + ROW_PADDING);
  for (int y = 0; y < header->height; y++) {
    int inside = y - frame.top;
    memset(row, 0, bytes);
    if (inside >= 0 && inside < frame.height) {
      memcpy(row + 4 * (size_t)frame.left, decoded_row(inside),
             (size_t)frame.width * 4);
    }
    resize_push(resizer, row);
  }
  free(row);
}

static void decode(const struct header *header, const struct wish *wish,
                   struct resizer *resizer) {
  if (is_placed()) {
    decode_placed(header, wish, resizer);
  } else {
    decode_scaled(header, wish, resizer);
  }
  WebPFreeDecBuffer(&config.output);
}

const struct reader webp_reader = {knows, open, decode};
