/**
 * What the module has for its host, `image-proxy/heic/hevc.ts`: a picture is
 * decoded from its stream, and given by its rows. Colours and their alpha are a
 * picture each.
 */
#include <libde265/de265.h>
#include <libde265/image.h>

#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "decoder.h"
#include "work.h"

#define EXPORT extern "C" __attribute__((used, visibility("default")))

/* In the order of `FAILURES` in hevc.ts. */
enum failure { NONE, CORRUPT, MEMORY };

struct slot {
  de265_decoder_context *decoder;
  const de265_image *picture;
};

static slot slots[SLOTS];
/* For rows of each slot, and for a stream. */
static uint8_t *rooms[SLOTS + 1];
#define STREAM SLOTS
static facts said;

int ctbs_decoded;
int32_t work_left;

static bool is_coarse;

/**
 * What the blocks of the pictures to come may take, all together: see work.h.
 * Without the filters between blocks, if they are `coarse`, on which nothing else
 * depends in a picture that stands alone.
 */
EXPORT void allow(int32_t work, bool coarse) {
  work_left = work;
  is_coarse = coarse;
}

/* What is left of that, or less than nothing. */
EXPORT int32_t left(void) { return work_left; }

/* Room for the host, in place of what there was. */
EXPORT uint8_t *room(int which, size_t size) {
  free(rooms[which]);
  rooms[which] = size == 0 ? nullptr : static_cast<uint8_t *>(malloc(size));
  return rooms[which];
}

EXPORT void release(int index) {
  slot &it = slots[index];
  if (it.decoder != nullptr) de265_free_decoder(it.decoder);
  it = {};
}

static bool push(de265_decoder_context *decoder, size_t size) {
  const uint8_t *stream = rooms[STREAM];
  for (size_t at = 0; at < size;) {
    if (size - at < 4) return false;
    const uint8_t *head = stream + at;
    size_t length =
        (size_t)head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
    at += 4;
    if (length > size - at) return false;
    if (de265_push_NAL(decoder, stream + at, (int)length, 0, nullptr)) {
      return false;
    }
    at += length;
  }
  return de265_flush_data(decoder) == DE265_OK;
}

/**
 * Decodes the `size` bytes of a stream: NAL units, each behind its length of four
 * bytes. There is one picture in them, all of whose blocks are there.
 */
EXPORT failure decode(int index, size_t size) {
  release(index);
  slot &it = slots[index];
  // Once more than it is given up: its tables are kept from tile to tile.
  static bool has_tables = de265_init() == DE265_OK;
  if (!has_tables) return MEMORY;
  it.decoder = de265_new_decoder();
  if (it.decoder == nullptr) return MEMORY;
  for (auto filter : {DE265_DECODER_PARAM_DISABLE_DEBLOCKING,
                      DE265_DECODER_PARAM_DISABLE_SAO}) {
    de265_set_parameter_bool(it.decoder, filter, is_coarse);
  }
  ctbs_decoded = 0;
  if (!push(it.decoder, size)) return CORRUPT;
  room(STREAM, 0);
  int more = 1;
  while (more && it.picture == nullptr) {
    more = 0;
    de265_error error = de265_decode(it.decoder, &more);
    if (error == DE265_ERROR_OUT_OF_MEMORY) return MEMORY;
    if (error != DE265_OK) return CORRUPT;
    it.picture = de265_get_next_picture(it.decoder);
  }
  if (it.picture == nullptr) return CORRUPT;
  bool is_whole = it.picture->integrity == INTEGRITY_CORRECT &&
                  ctbs_decoded == it.picture->number_of_ctbs();
  return is_whole ? NONE : CORRUPT;
}

/* What has been decoded. */
EXPORT facts *picture(int index) {
  const de265_image *it = slots[index].picture;
  said = {
      .width = de265_get_image_width(it, 0),
      .height = de265_get_image_height(it, 0),
      .chroma = de265_get_chroma_format(it),
      .depth = de265_get_bits_per_pixel(it, 0),
      .chroma_depth = it->get_chroma_format() == de265_chroma_mono
                          ? 0
                          : de265_get_bits_per_pixel(it, 1),
  };
  return &said;
}

const de265_image *picture_of(int index) { return slots[index].picture; }
