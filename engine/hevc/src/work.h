/*
 * What a decode may take, and has taken: `patches/bounds.patch` calls this out of
 * libde265, since nothing outside can stop it.
 */
#ifndef HEVC_WORK_H
#define HEVC_WORK_H

#include <cstdint>

/* Coding tree units of the picture, of which each is decoded once. */
extern "C" int ctbs_decoded;

/* Blocks that may still be predicted, of 4 × 4 samples and more. */
extern "C" int32_t blocks_left;

static inline void spend_block(void) {
  if (--blocks_left < 0) __builtin_trap();
}

#endif
