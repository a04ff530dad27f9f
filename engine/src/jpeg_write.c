/** Progressive JPEG with Huffman tables of its own, by libjpeg-turbo. */
#include <string.h>

#include "budget.h"
#include "heap.h"
#include "jpeg_errors.h"
#include "writer.h"

#define BUFFER_BYTES 65536

static struct {
  struct jpeg_destination_mgr base;
  uint8_t *buffer;
} sink;

static void begin(j_compress_ptr jpeg) {
  (void)jpeg;
  sink.base.next_output_byte = sink.buffer;
  sink.base.free_in_buffer = BUFFER_BYTES;
}

static boolean flush(j_compress_ptr jpeg) {
  host_write(sink.buffer, BUFFER_BYTES);
  begin(jpeg);
  return TRUE;
}

static void end(j_compress_ptr jpeg) {
  (void)jpeg;
  host_write(sink.buffer, BUFFER_BYTES - sink.base.free_in_buffer);
}

static void write(struct picture *picture, const struct wish *wish) {
  spend((double)picture->width * picture->height, COST_JPEG_OUTPUT_PIXEL);
  struct jpeg_compress_struct jpeg;
  memset(&jpeg, 0, sizeof jpeg);
  jpeg.err = jpeg_errors();
  jpeg_create_compress(&jpeg);
  sink.buffer = need(BUFFER_BYTES);
  sink.base = (struct jpeg_destination_mgr){.init_destination = begin,
                                            .empty_output_buffer = flush,
                                            .term_destination = end};
  jpeg.dest = &sink.base;
  jpeg.image_width = (JDIMENSION)picture->width;
  jpeg.image_height = (JDIMENSION)picture->height;
  jpeg.input_components = 4;
  jpeg.in_color_space = JCS_EXT_RGBX;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, wish->quality, TRUE);
  jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW row =
        picture->pixels + (size_t)jpeg.next_scanline * picture->width * 4;
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  free(picture->pixels);
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
}

const struct writer jpeg_writer = {0, write};
