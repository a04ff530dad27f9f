/*
 * What a decode may take, and has taken: `patches/bounds.patch` calls this out of
 * libde265, since nothing outside can stop it. In nanoseconds of a server's core:
 * costs.ts says what was measured.
 */
#ifndef HEVC_WORK_H
#define HEVC_WORK_H

#include <cstdint>

/* Coding tree units of the picture, of which each is decoded once. */
extern "C" int ctbs_decoded;

extern "C" int32_t work_left;

/* A block that is predicted, of 4 × 4 samples and more. */
#define BLOCK 430

/* A group of 4 × 4 coefficients that are not all zero. */
#define GROUP 310

/* One of them that is not. */
#define COEFFICIENT 17

/* A sample that they become: for more than 8 bits there is no SIMD. */
#define DEEP_SAMPLE 42

static inline void spend(int32_t work) {
  work_left -= work;
  if (work_left < 0) __builtin_trap();
}

static inline void spend_group(void) { spend(GROUP); }

static inline void spend_block(int coefficients, int deep_samples) {
  spend(BLOCK + COEFFICIENT * coefficients + DEEP_SAMPLE * deep_samples);
}

#endif
