/**
 * The chunks of a PNG, of which the decoder is shown those that make pixels: no
 * text is unpacked, and no mistake in what nobody looks at refuses a picture.
 */
#pragma once
#include "picture.h"

/** Starts from the first chunk, and finds what is not for the decoder. */
void png_chunks_open(struct header *, struct profile *);

/** The next `length` bytes of what the decoder is shown. */
void png_chunks_read(uint8_t *into, size_t length);
