/**
 * What is called from outside: `open_picture`, which says what a file is, then
 * `decode_picture` with what is wanted of it, then `encode_picture`. One picture
 * at a time.
 */
#include "budget.h"
#include "colour.h"
#include "flatten.h"
#include "heap.h"
#include "reader.h"
#include "source.h"
#include "writer.h"

#define EXPORT(name) __attribute__((export_name(#name)))

/* In the order of enum format. */
static const struct reader *const READERS[] = {&jpeg_reader, &png_reader,
                                               &webp_reader, &pixels_reader};
static const struct writer *const WRITERS[] = {&jpeg_writer, &png_writer,
                                               &webp_writer, &pixels_writer};

static struct header header;
static struct wish wish;
static struct profile profile;
static struct picture picture;

void check_size(const struct header *it, const struct limits *limits) {
  if (it->width <= 0 || it->height <= 0) host_fail(FAILED_CORRUPT);
  double pixels = (double)it->width * it->height;
  if (pixels > limits->pixels) host_fail(FAILED_PIXELS);
}

/** Where the wish is to be written before `decode_picture`. */
EXPORT(wish) struct wish *wish_at(void) { return &wish; }

/** What the call has cost so far, in the units of budget.h. */
EXPORT(spent) double spent(void) { return budget_spent(); }

/**
 * Reads what the source says of itself. `allowance` is for this and what
 * follows: see budget.h.
 */
EXPORT(open)
struct header *open_picture(size_t size, double max_pixels,
                            double max_kept_bytes, double allowance) {
  heap_reset();
  budget_begin(allowance);
  source_begin(size);
  header = (struct header){.orientation = 1};
  profile = (struct profile){0};
  uint8_t signature[SIGNATURE_BYTES];
  source_read(0, signature, sizeof signature);
  struct limits limits = {max_pixels, max_kept_bytes};
  for (int format = FORMAT_JPEG; format <= FORMAT_PIXELS; format++) {
    if (!READERS[format]->knows(signature)) continue;
    header.format = format;
    READERS[format]->open(&header, &profile, &limits);
    return &header;
  }
  host_fail(FAILED_FORMAT);
}

/** Decodes and resizes, which is one: a row is resized once it is there. */
EXPORT(decode) void decode_picture(void) {
  spend(1, COST_START);
  int is_turned = header.orientation > 4;
  picture = (struct picture){
      .width = is_turned ? wish.to_height : wish.to_width,
      .height = is_turned ? wish.to_width : wish.to_height,
      .has_alpha = header.has_alpha,
  };
  picture.pixels = need((size_t)picture.width * picture.height * 4);
  static struct resizer resizer;
  resizer = (struct resizer){.to = &picture,
                             .to_width = wish.to_width,
                             .to_height = wish.to_height,
                             .orientation = header.orientation,
                             .has_alpha = header.has_alpha};
  READERS[header.format]->decode(&header, &wish, &resizer);
  resize_free(&resizer);

  to_srgb(&picture, header.space, &profile);
}

/** Encodes what is decoded: the answer goes to the host as it is made. */
EXPORT(encode) void encode_picture(void) {
  const struct writer *writer = WRITERS[wish.format];
  if (picture.has_alpha && !writer->has_alpha) {
    spend((double)picture.width * picture.height, COST_FLATTEN_PIXEL);
    flatten(&picture, (uint32_t)wish.background);
  }
  writer->write(&picture, &wish);
}
