/* What the files of this folder have for each other. */
#ifndef HEVC_DECODER_H
#define HEVC_DECODER_H

#include <cstddef>
#include <cstdint>

struct de265_image;

/* Pictures at a time: colours, and alpha. */
#define SLOTS 2

/* In numbers of 32 bits: `Facts` in hevc.ts. */
struct facts {
  int32_t width;
  int32_t height;
  /* 0 is none, 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4. */
  int32_t chroma;
  int32_t depth;
  int32_t chroma_depth;
};

const de265_image *picture_of(int index);

#endif
