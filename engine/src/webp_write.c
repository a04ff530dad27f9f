/** WebP by libwebp, with less effort for more pixels. */
#include "budget.h"
#include "heap.h"
#include "webp/encode.h"
#include "writer.h"

/**
 * The method of libwebp, 0 to 6, by the pixels of all frames together. 4 is its
 * own choice; a picture as large as a screen would take the whole time of a
 * request with it, and is not seen to be better. Measured: engine/README.md.
 */
static int method_for(double pixels) {
  if (pixels <= 1.2e6) return 4;
  return pixels <= 2.5e6 ? 2 : 0;
}

static int write_part(const uint8_t *data, size_t size,
                      const WebPPicture *picture) {
  (void)picture;
  host_write(data, size);
  return 1;
}

static void write(struct picture *picture, const struct wish *wish) {
  double pixels = (double)picture->width * picture->height;
  WebPConfig config;
  WebPPicture webp;
  if (!WebPConfigInit(&config) || !WebPPictureInit(&webp)) {
    host_fail(FAILED_ENCODER);
  }
  config.quality = (float)wish->quality;
  config.method = method_for(pixels * wish->frames);
  spend(pixels, COST_WEBP_OUTPUT_PIXEL * (2 + config.method));
  if (picture->has_alpha) {
    spend(pixels, COST_WEBP_OUTPUT_ALPHA * (1 + config.method));
  }

  webp.width = picture->width;
  webp.height = picture->height;
  webp.writer = write_part;
  int stride = picture->width * 4;
  int is_imported = picture->has_alpha
                        ? WebPPictureImportRGBA(&webp, picture->pixels, stride)
                        : WebPPictureImportRGBX(&webp, picture->pixels, stride);
  if (!is_imported) host_fail(FAILED_MEMORY);
  free(picture->pixels);
  if (!WebPEncode(&config, &webp)) {
    int is_memory = webp.error_code == VP8_ENC_ERROR_OUT_OF_MEMORY ||
                    webp.error_code == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY;
    host_fail(is_memory ? FAILED_MEMORY : FAILED_ENCODER);
  }
  WebPPictureFree(&webp);
}

const struct writer webp_writer = {1, write};
