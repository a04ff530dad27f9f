/**
 * ICC.1:2010, matrix-based profiles (section 8.3) to sRGB (IEC 61966-2-1), after
 * the picture has become small: a table for each curve, a matrix, and a table
 * back.
 */
#include "colour.h"

#include <math.h>
#include <string.h>

#include "source.h"

enum { TAGS = 128, TAG_BYTES = 12, TAGS_MOST = 100, LEVELS = 4096 };

struct tag {
  const uint8_t *bytes;
  size_t length;
};

/** The tag called `name`; empty where there is none inside the profile. */
static struct tag tag_of(const struct profile *in, const char *name) {
  uint32_t count = in->length < TAGS + 4 ? 0 : big32(in->bytes + TAGS);
  for (uint32_t i = 0; i < count && i < TAGS_MOST; i++) {
    size_t at = TAGS + 4 + TAG_BYTES * (size_t)i;
    if (at + TAG_BYTES > in->length) break;
    if (memcmp(in->bytes + at, name, 4) != 0) continue;
    size_t start = big32(in->bytes + at + 4), size = big32(in->bytes + at + 8);
    if (start > in->length || size > in->length - start) break;
    return (struct tag){in->bytes + start, size};
  }
  return (struct tag){0};
}

/** s15Fixed16Number, section 4.6. */
static double fixed(const uint8_t *at) { return (int32_t)big32(at) / 65536.0; }

/** A column of the matrix, in XYZ under D50. */
static int read_xyz(const struct profile *in, const char *name, double *column) {
  struct tag tag = tag_of(in, name);
  if (tag.length < 20 || memcmp(tag.bytes, "XYZ ", 4) != 0) return 0;
  for (int i = 0; i < 3; i++) column[i] = fixed(tag.bytes + 8 + 4 * i);
  return 1;
}

/** parametricCurveType, section 10.15: `p` is g, a, b, c, d, e, f. */
static double parametric(int kind, const double *p, double x) {
  double edge = kind == 0 ? -1 : kind < 3 ? -p[2] / p[1] : p[4];
  double base = kind == 0 ? x : p[1] * x + p[2];
  double above = pow(base < 0 ? 0 : base, p[0]);
  double offset = kind == 2 ? p[3] : kind == 4 ? p[5] : 0;
  if (x >= edge) return above + offset;
  if (kind == 1) return 0;
  if (kind == 2) return p[3];
  return p[3] * x + (kind == 4 ? p[6] : 0);
}

static int read_parametric(struct tag tag, float *curve) {
  static const int COUNTS[] = {1, 3, 4, 5, 7};
  int kind = tag.bytes[8] << 8 | tag.bytes[9];
  if (kind > 4 || tag.length < 12 + 4 * (size_t)COUNTS[kind]) return 0;
  double p[7] = {0};
  for (int i = 0; i < COUNTS[kind]; i++) p[i] = fixed(tag.bytes + 12 + 4 * i);
  for (int i = 0; i < 256; i++) {
    curve[i] = (float)parametric(kind, p, i / 255.0);
  }
  return 1;
}

/** curveType, section 10.5: nothing, a gamma, or samples. */
static int read_samples(struct tag tag, float *curve) {
  size_t count = big32(tag.bytes + 8);
  const uint8_t *samples = tag.bytes + 12;
  if (count > (tag.length - 12) / 2) return 0;
  double gamma = count == 1 ? (samples[0] << 8 | samples[1]) / 256.0 : 1;
  for (int i = 0; i < 256; i++) {
    if (count < 2) {
      curve[i] = (float)pow(i / 255.0, gamma);
      continue;
    }
    double at = i / 255.0 * (count - 1);
    size_t below = (size_t)at, above = below + 1 < count ? below + 1 : below;
    double part = at - below;
    double a = samples[2 * below] << 8 | samples[2 * below + 1];
    double b = samples[2 * above] << 8 | samples[2 * above + 1];
    curve[i] = (float)((a + (b - a) * part) / 65535);
  }
  return 1;
}

static int read_curve(const struct profile *in, const char *name,
                      float *curve) {
  struct tag tag = tag_of(in, name);
  if (tag.length < 12) return 0;
  if (memcmp(tag.bytes, "para", 4) == 0) return read_parametric(tag, curve);
  if (memcmp(tag.bytes, "curv", 4) == 0) return read_samples(tag, curve);
  return 0;
}

static double srgb(double light) {
  return light <= 0.0031308 ? 12.92 * light
                            : 1.055 * pow(light, 1 / 2.4) - 0.055;
}

/** XYZ under D50 to linear sRGB: the inverse of the matrix of its profile. */
static const double FROM_XYZ[3][3] = {
    {3.1341359569958707, -1.6173863321612538, -0.4906619460083532},
    {-0.978795502912089, 1.9162543567024457, 0.03344273116131949},
    {0.07195537988411677, -0.2289768264158322, 1.405386058324125},
};

struct conversion {
  float curves[3][256];
  float matrix[3][3];
  uint8_t back[LEVELS + 1];
};

/** Reads a profile of three primaries. False where it is none. */
static int read_profile(const struct profile *in, struct conversion *it) {
  static const char *const COLUMNS[] = {"rXYZ", "gXYZ", "bXYZ"};
  static const char *const CURVES[] = {"rTRC", "gTRC", "bTRC"};
  if (in->length < TAGS + 4 || memcmp(in->bytes + 16, "RGB ", 4) != 0) return 0;
  for (int c = 0; c < 3; c++) {
    double xyz[3];
    if (!read_xyz(in, COLUMNS[c], xyz)) return 0;
    if (!read_curve(in, CURVES[c], it->curves[c])) return 0;
    for (int r = 0; r < 3; r++) {
      it->matrix[r][c] =
          (float)(FROM_XYZ[r][0] * xyz[0] + FROM_XYZ[r][1] * xyz[1] +
                  FROM_XYZ[r][2] * xyz[2]);
    }
  }
  for (int i = 0; i <= LEVELS; i++) {
    /* Closer together where it is dark, as the eye sees: square roots. */
    double root = (double)i / LEVELS;
    it->back[i] = (uint8_t)lround(255 * srgb(root * root));
  }
  return 1;
}

static void convert(const struct conversion *it, uint8_t *pixel) {
  float light[3];
  for (int c = 0; c < 3; c++) light[c] = it->curves[c][pixel[c]];
  for (int r = 0; r < 3; r++) {
    const float *row = it->matrix[r];
    float value = row[0] * light[0] + row[1] * light[1] + row[2] * light[2];
    value = value > 0 ? value < 1 ? value : 1 : 0; /* a NaN is 0 as well */
    pixel[r] = it->back[(int)(sqrtf(value) * LEVELS + 0.5f)];
  }
}

/** Whether it changes next to nothing: most files carry a profile of sRGB. */
static int is_srgb(const struct conversion *it) {
  for (int i = 0; i < 256; i += 15) {
    for (int c = 0; c < 3; c++) {
      uint8_t pixel[3] = {(uint8_t)i, (uint8_t)i, (uint8_t)i};
      pixel[c] = 128;
      uint8_t after[3] = {pixel[0], pixel[1], pixel[2]};
      convert(it, after);
      for (int j = 0; j < 3; j++) {
        int change = after[j] - pixel[j];
        if (change < -2 || change > 2) return 0;
      }
    }
  }
  return 1;
}

void to_srgb(struct picture *picture, const struct profile *profile) {
  static struct conversion conversion;
  if (profile->length == 0 || !read_profile(profile, &conversion)) return;
  if (is_srgb(&conversion)) return;
  size_t count = (size_t)picture->width * picture->height;
  for (size_t i = 0; i < count; i++) {
    convert(&conversion, picture->pixels + 4 * i);
  }
}
