#include "jpeg_source.h"

#include "budget.h"
#include "heap.h"
#include "source.h"

#define BUFFER_BYTES 65536

static struct {
  struct jpeg_source_mgr base; /* what libjpeg-turbo knows of it */
  size_t offset;               /* of what is not in the buffer yet */
  uint8_t *buffer;
} source;

static void ignore(j_decompress_ptr jpeg) { (void)jpeg; }

static boolean fill(j_decompress_ptr jpeg) {
  (void)jpeg;
  size_t length = source_part(source.offset, source.buffer, BUFFER_BYTES);
  /* libjpeg-turbo would make up an end, and grey for all that is missing. */
  if (length == 0) host_fail(FAILED_TRUNCATED);
  /* Noise has more bytes for a pixel than what a pixel is charged for. */
  spend((double)length, COST_JPEG_BYTE);
  source.offset += length;
  source.base.next_input_byte = source.buffer;
  source.base.bytes_in_buffer = length;
  return TRUE;
}

static void skip(j_decompress_ptr jpeg, long bytes) {
  (void)jpeg;
  if (bytes <= 0) return;
  size_t wanted = (size_t)bytes, held = source.base.bytes_in_buffer;
  if (wanted > held) {
    source.offset += wanted - held;
    wanted = held;
  }
  source.base.next_input_byte += wanted;
  source.base.bytes_in_buffer -= wanted;
}

void jpeg_host_source(j_decompress_ptr jpeg) {
  source.offset = 0;
  source.buffer = need(BUFFER_BYTES);
  source.base = (struct jpeg_source_mgr){.init_source = ignore,
                                         .fill_input_buffer = fill,
                                         .skip_input_data = skip,
                                         .resync_to_restart =
                                             jpeg_resync_to_restart,
                                         .term_source = ignore};
  jpeg->src = &source.base;
}
