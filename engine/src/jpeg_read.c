/**
 * JPEG by libjpeg-turbo, which decodes at n eighths of the size: it leaves out
 * the frequencies that would not be seen, and all the work on them.
 */
#include <math.h>
#include <string.h>

#include "budget.h"
#include "exif.h"
#include "heap.h"
#include "jpeg_errors.h"
#include "jpeg_source.h"
#include "reader.h"

/** Encoders write about ten scans; a thousand cost a thousand decodes. */
#define MOST_SCANS 64

/** Rows at once: libjpeg-turbo makes as many of one row of blocks. */
#define BATCH 16

/**
 * Pixels that are left to Lanczos for each that it makes: with 2, nothing of
 * what it should remove is there that it does not see.
 */
#define KEPT 2

/** Pixels that a row of them is filtered with, at the most, and some. */
#define MARGIN 12

static struct jpeg_decompress_struct jpeg;
static struct jpeg_progress_mgr progress;

static int knows(const uint8_t *start) {
  return start[0] == 0xff && start[1] == 0xd8 && start[2] == 0xff;
}

/** All coefficients, which must be kept where they come in several scans. */
static double coefficient_bytes(void) {
  double blocks = 0;
  for (int i = 0; i < jpeg.num_components; i++) {
    const jpeg_component_info *component = &jpeg.comp_info[i];
    blocks += (double)component->width_in_blocks * component->height_in_blocks;
  }
  return blocks * sizeof(JBLOCK);
}

static int orientation(void) {
  for (jpeg_saved_marker_ptr it = jpeg.marker_list; it; it = it->next) {
    if (it->marker != JPEG_APP0 + 1 || it->data_length < 6) continue;
    if (memcmp(it->data, "Exif\0", 6) != 0) continue;
    return exif_orientation(it->data + 6, it->data_length - 6);
  }
  return 1;
}

static enum space space(void) {
  if (jpeg.num_components == 1) return SPACE_GREY;
  if (jpeg.num_components != 4) return SPACE_RGB;
  return jpeg.saw_Adobe_marker ? SPACE_CMYK_LEFT : SPACE_CMYK;
}

static void open(struct header *header, struct profile *profile,
                 const struct limits *limits) {
  memset(&jpeg, 0, sizeof jpeg);
  jpeg.err = jpeg_errors();
  jpeg_create_decompress(&jpeg);
  jpeg_host_source(&jpeg);
  jpeg_save_markers(&jpeg, JPEG_APP0 + 1, 0xffff);
  jpeg_save_markers(&jpeg, JPEG_APP0 + 2, 0xffff);
  jpeg_read_header(&jpeg, TRUE);

  header->width = (int32_t)jpeg.image_width;
  header->height = (int32_t)jpeg.image_height;
  header->orientation = orientation();
  header->has_alpha = 0;
  header->space = space();
  check_size(header, limits);
  if (jpeg_has_multiple_scans(&jpeg) &&
      coefficient_bytes() > limits->kept_bytes) {
    host_fail(FAILED_MEMORY);
  }
  JOCTET *bytes;
  unsigned length;
  if (jpeg_read_icc_profile(&jpeg, &bytes, &length)) {
    *profile = (struct profile){bytes, length};
  }
}

/** The eighths to decode at: the fewest that leave enough for Lanczos. */
static unsigned eighths(const struct wish *wish) {
  unsigned n = 1;
  while (n < 8 && (n * wish->width < 8.0 * KEPT * wish->to_width ||
                   n * wish->height < 8.0 * KEPT * wish->to_height)) {
    n++;
  }
  return n;
}

/** Called for each row of blocks of each scan that is kept. */
static void monitor(j_common_ptr common) {
  (void)common;
  if (jpeg.input_scan_number > MOST_SCANS) host_fail(FAILED_SCANS);
  int rows = jpeg.max_v_samp_factor * DCTSIZE;
  spend((double)jpeg.image_width * rows, COST_JPEG_SCAN_PIXEL);
}

/** How far beyond its window Lanczos looks, and the filter for colours. */
static int margin(double pixels, int to) {
  double ratio = pixels / to;
  return (int)ceil(3 * (ratio > 1 ? ratio : 1)) + MARGIN;
}

/**
 * Has libjpeg-turbo leave out the columns beside the window, and the rows above
 * it, of which only the codes are read. Returns how many rows those are.
 */
static int leave_out(struct window *window, const struct wish *wish) {
  int beside = margin(window->width, wish->to_width);
  int left = (int)window->left - beside;
  int right = (int)ceil(window->left + window->width) + beside;
  int width = (int)jpeg.output_width;
  JDIMENSION first = left > 0 ? (JDIMENSION)left : 0;
  JDIMENSION count = (JDIMENSION)(right < width ? right : width) - first;
  if (count < jpeg.output_width) {
    jpeg_crop_scanline(&jpeg, &first, &count); /* to the left, to whole blocks */
    window->left -= first;
  }
  int top = (int)window->top - margin(window->height, wish->to_height);
  if (top <= 0) return 0;
  spend((double)top * 8 / jpeg.scale_num * jpeg.image_width, COST_JPEG_PIXEL);
  jpeg_skip_scanlines(&jpeg, (JDIMENSION)top);
  window->top -= top;
  return top;
}

static void decode(const struct header *header, const struct wish *wish,
                   struct resizer *resizer) {
  int is_ink = header->space >= SPACE_CMYK;
  jpeg.scale_num = eighths(wish);
  jpeg.scale_denom = 8;
  jpeg.out_color_space = is_ink ? JCS_CMYK : JCS_EXT_RGBA;
  progress.progress_monitor = monitor;
  jpeg.progress = &progress;
  /* It would guess what has not come yet, which nobody gets to see. */
  jpeg.do_block_smoothing = FALSE;
  jpeg_start_decompress(&jpeg);
  jpeg.progress = NULL;

  double scale = jpeg.scale_num / 8.0;
  struct window window = {wish->left * scale, wish->top * scale,
                          wish->width * scale, wish->height * scale};
  int top = leave_out(&window, wish);
  resize_begin(resizer, (int)jpeg.output_width, (int)jpeg.output_height - top,
               &window);
  JSAMPROW rows[BATCH];
  for (int i = 0; i < BATCH; i++) {
    rows[i] = need((size_t)jpeg.output_width * 4 + ROW_PADDING);
  }
  while (!resize_is_done(resizer)) {
    unsigned count = jpeg_read_scanlines(&jpeg, rows, BATCH);
    spend(count / scale * jpeg.image_width, COST_JPEG_PIXEL);
    spend((double)count * jpeg.output_width, COST_JPEG_DECODED_PIXEL);
    for (unsigned i = 0; i < count; i++) resize_push(resizer, rows[i]);
  }
  for (int i = 0; i < BATCH; i++) free(rows[i]);
  /* The rows below are not wanted, so there may be some. */
  jpeg_destroy_decompress(&jpeg);
}

const struct reader jpeg_reader = {knows, open, decode};
