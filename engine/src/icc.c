/**
 * What lcms2 is shown of a profile that anyone may have made: the tags that say
 * how a picture's numbers become colours, and no table that is larger than the
 * file. The rest, such as chains of any length (multiProcessElementsType), is
 * not there. ICC.1:2010, section 7.
 */
#include "icc.h"

#include <string.h>

#include "source.h"

enum {
  CLASS = 12,
  TAGS = 128,
  ENTRY = 12,
  TAGS_MOST = 100,
  MOST = 1 << 20, /* the largest in use are about as large */
};

static int is_one_of(const uint8_t *name, const char *names) {
  for (; *names; names += 4) {
    if (memcmp(name, names, 4) == 0) return 1;
  }
  return 0;
}

/** The numbers of a table of so many points for each of `inputs`. */
static double numbers(const uint8_t *points, int step, int inputs) {
  double product = 3;
  for (int i = 0; i < inputs; i++) product *= points[i * step];
  return product;
}

/** Whether a table has as many dimensions as it should, and is all there. */
static int is_whole(const uint8_t *tag, size_t length, int inputs) {
  enum { INPUTS = 8, OUTPUTS = 9, POINTS = 10, CLUT = 24, SHORTEST = 32 };
  if (length < SHORTEST) return 0;
  if (tag[INPUTS] != inputs || tag[OUTPUTS] != 3) return 0;
  /* lut8Type and lut16Type, sections 10.9 and 10.8: as many in each. */
  if (is_one_of(tag, "mft1mft2")) {
    return numbers(tag + POINTS, 0, inputs) <= length;
  }
  /* lutAToBType, section 10.10. */
  size_t at = big32(tag + CLUT);
  if (at == 0) return 1;
  if (at > length || length - at < 20) return 0;
  return numbers(tag + at, 1, inputs) <= length - at;
}

int icc_admit(const struct profile *in, enum space space) {
  static const int INPUTS[] = {3, 1, 4, 4};
  uint8_t *bytes = in->bytes;
  if (in->length < TAGS + 4 || in->length > MOST) return 0;
  /* Of a device: not from one to another, and no list of names. */
  if (!is_one_of(bytes + CLASS, "scnrmntrprtrspac")) return 0;
  size_t count = big32(bytes + TAGS);
  if (count > TAGS_MOST || TAGS + 4 + ENTRY * count > in->length) return 0;
  for (uint8_t *entry = bytes + TAGS + 4; count > 0; count--, entry += ENTRY) {
    size_t at = big32(entry + 4), length = big32(entry + 8);
    int is_inside = at <= in->length && length <= in->length - at;
    int is_table = is_one_of(entry, "A2B0");
    int is_curve = is_one_of(entry, "rXYZgXYZbXYZrTRCgTRCbTRCkTRC");
    if (is_table && is_inside && !is_whole(bytes + at, length, INPUTS[space])) {
      return 0;
    }
    /* lcms2 passes over an entry of no length. */
    if (!is_table && !is_curve) memset(entry, 0, ENTRY);
  }
  return 1;
}
