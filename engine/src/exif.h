#pragma once
#include <stddef.h>
#include <stdint.h>

/**
 * The orientation in a TIFF header and its first directory, 1 where there is
 * none that counts. EXIF 2.32, section 4.6.2, and TIFF 6.0, section 2.
 */
int exif_orientation(const uint8_t *tiff, size_t length);
