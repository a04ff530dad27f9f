/*
 * What a decode may take, and has taken: `patches/bounds.patch` calls this out of
 * libde265, since nothing outside can stop it.
 */
#ifndef HEVC_WORK_H
#define HEVC_WORK_H

#include <cstdint>

/* Blocks of the picture, of which each is decoded once. */
extern "C" int ctbs_decoded;

/* In nanoseconds of code that is not warm yet. */
extern "C" int32_t work_left;

/*
 * A block that is predicted, of 4 × 4 samples or more, and what is added to it,
 * if that is `coded`. Source: costs.ts says what was measured.
 */
static inline void spend_block(bool coded) {
extern int tu_calls,tu_cbf;tu_calls++;tu_cbf+=coded;return;work_left -= coded ? 900 : 300;
  if (work_left < 0) __builtin_trap();
}

#endif
