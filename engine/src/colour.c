/**
 * By Little CMS, once the picture is small. The intent is perceptual, as sharp's
 * and browsers' is; black becomes black, which lcms2 sees to by itself where a
 * profile of version 4 is the goal, and its own sRGB is one.
 */
#include "colour.h"

#include <string.h>

#include "budget.h"
#include "icc.h"
#include "lcms2.h"

/** How lcms2 finds the numbers of each space in 4 bytes. */
static const cmsUInt32Number FORMATS[] = {
    [SPACE_RGB] = TYPE_RGBA_8,
    [SPACE_GREY] =
        COLORSPACE_SH(PT_GRAY) | CHANNELS_SH(1) | EXTRA_SH(3) | BYTES_SH(1),
    [SPACE_CMYK] = TYPE_CMYK_8,
    [SPACE_CMYK_LEFT] = TYPE_CMYK_8_REV,
};

/** The points of the table that lcms2 makes of a chain: its own choice. */
enum { INK_POINTS = 17 * 17 * 17 * 17, RGB_POINTS = 33 * 33 * 33 };

/** From what to what. */
struct profiles {
  cmsHPROFILE from, to;
  enum space space;
};

static cmsHTRANSFORM transform_of(const struct profiles *it,
                                  cmsUInt32Number flags) {
  return cmsCreateTransform(it->from, FORMATS[it->space], it->to, TYPE_RGBA_8,
                            INTENT_PERCEPTUAL, flags);
}

/** Whether it changes next to nothing: most files carry a profile of sRGB. */
static int is_srgb(cmsHTRANSFORM exact) {
  uint8_t before[54][4], after[54][4];
  for (int i = 0; i < 54; i++) {
    memset(before[i], i / 3 * 15, 4);
    before[i][i % 3] = 128;
  }
  memcpy(after, before, sizeof before);
  cmsDoTransform(exact, before, after, 54);
  for (int i = 0; i < 54; i++) {
    for (int c = 0; c < 3; c++) {
      int change = after[i][c] - before[i][c];
      if (change < -2 || change > 2) return 0;
    }
  }
  return 1;
}

/** Each of the 256 greys becomes a colour, which may have a tint. */
static void from_grey(struct picture *picture, cmsHTRANSFORM exact) {
  uint8_t greys[256][4];
  for (int i = 0; i < 256; i++) memset(greys[i], i, 4);
  cmsDoTransform(exact, greys, greys, 256);
  size_t count = (size_t)picture->width * picture->height;
  uint8_t *pixel = picture->pixels;
  for (size_t i = 0; i < count; i++, pixel += 4) {
    memcpy(pixel, greys[pixel[0]], 3);
  }
}

static void from_ideal_ink(struct picture *picture, enum space space) {
  unsigned flip = space == SPACE_CMYK ? 255 : 0;
  size_t count = (size_t)picture->width * picture->height;
  uint8_t *pixel = picture->pixels;
  for (size_t i = 0; i < count; i++, pixel += 4) {
    unsigned black = pixel[3] ^ flip;
    for (int c = 0; c < 3; c++) {
      pixel[c] = (uint8_t)(((pixel[c] ^ flip) * black + 127) / 255);
    }
  }
}

/** Of ink, pixel by pixel, where they are fewer than the points of a table. */
static int by_table(struct picture *picture, const struct profiles *profiles) {
  double count = (double)picture->width * picture->height;
  int is_ink = profiles->space >= SPACE_CMYK;
  int is_exact = is_ink && count < INK_POINTS;
  spend(is_exact ? count : is_ink ? INK_POINTS : RGB_POINTS, COST_EXACT_COLOUR);
  spend(count, is_ink ? COST_INK_PIXEL : COST_RGB_PIXEL);
  cmsHTRANSFORM it = transform_of(profiles, is_exact ? cmsFLAGS_NOOPTIMIZE : 0);
  if (it == NULL) return 0;
  cmsDoTransform(it, picture->pixels, picture->pixels, (cmsUInt32Number)count);
  cmsDeleteTransform(it);
  return 1;
}

static int convert(struct picture *picture, const struct profiles *profiles) {
  if (profiles->space >= SPACE_CMYK) return by_table(picture, profiles);
  cmsHTRANSFORM exact = transform_of(profiles, cmsFLAGS_NOOPTIMIZE);
  if (exact == NULL) return 0;
  int is_grey = profiles->space == SPACE_GREY;
  if (is_grey) from_grey(picture, exact);
  int is_done = is_grey || is_srgb(exact);
  cmsDeleteTransform(exact);
  return is_done || by_table(picture, profiles);
}

/** False where the profile is none for this picture. */
static int from_profile(struct picture *picture, enum space space,
                        const struct profile *profile) {
  if (!icc_admit(profile, space)) return 0;
  spend(1, COST_PROFILE);
  struct profiles profiles = {.space = space};
  profiles.from =
      cmsOpenProfileFromMem(profile->bytes, (cmsUInt32Number)profile->length);
  if (profiles.from == NULL) return 0;
  profiles.to = cmsCreate_sRGBProfile();
  int is_converted = profiles.to && convert(picture, &profiles);
  cmsCloseProfile(profiles.to);
  cmsCloseProfile(profiles.from);
  return is_converted;
}

void to_srgb(struct picture *picture, enum space space,
             const struct profile *profile) {
  if (from_profile(picture, space, profile)) return;
  if (space >= SPACE_CMYK) from_ideal_ink(picture, space);
}
