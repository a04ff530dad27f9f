#pragma once
#include "host.h"

/** Says how many bytes there are. */
void source_begin(size_t size);

size_t source_size(void);

/** Copies up to `length` bytes from `offset`; returns how many. */
size_t source_part(size_t offset, void *into, size_t length);

/** Copies exactly `length` bytes from `offset`, or fails: FAILED_TRUNCATED. */
void source_read(size_t offset, void *into, size_t length);

static inline uint32_t big32(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

static inline uint32_t little32(const uint8_t *at) {
  return (uint32_t)at[3] << 24 | at[2] << 16 | at[1] << 8 | at[0];
}
