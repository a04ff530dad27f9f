#pragma once
#include <stdint.h>

/**
 * Multiplies the colours of `count` pixels by their alpha. Reads and writes up
 * to three pixels more: see ROW_PADDING.
 */
void premultiply(uint8_t *to, const uint8_t *from, int count);

/** Divides them again. */
void unpremultiply(uint8_t *pixels, int count);
