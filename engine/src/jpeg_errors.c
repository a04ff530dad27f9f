#include "jpeg_errors.h"

#include <stddef.h>

#include "host.h"
#include "jerror.h"

/**
 * Cameras write a superfluous byte here and there; a file with more warnings
 * than these shows its grey filling instead of a picture.
 */
#define MOST_WARNINGS 16

static void on_error(j_common_ptr jpeg) {
  switch (jpeg->err->msg_code) {
    case JERR_OUT_OF_MEMORY: host_fail(FAILED_MEMORY);
    case JERR_IMAGE_TOO_BIG: host_fail(FAILED_PIXELS);
    default: host_fail(FAILED_CORRUPT);
  }
}

static void on_message(j_common_ptr jpeg, int level) {
  if (level < 0 && ++jpeg->err->num_warnings > MOST_WARNINGS) {
    host_fail(FAILED_CORRUPT);
  }
}

static void say_nothing(j_common_ptr jpeg) { (void)jpeg; }

static void format_nothing(j_common_ptr jpeg, char *text) {
  (void)jpeg;
  *text = 0;
}

static void reset(j_common_ptr jpeg) {
  jpeg->err->num_warnings = 0;
  jpeg->err->msg_code = 0;
}

struct jpeg_error_mgr *jpeg_errors(void) {
  static struct jpeg_error_mgr errors;
  errors = (struct jpeg_error_mgr){.error_exit = on_error,
                                   .emit_message = on_message,
                                   .output_message = say_nothing,
                                   .format_message = format_nothing,
                                   .reset_error_mgr = reset};
  return &errors;
}
