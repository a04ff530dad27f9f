#pragma once
#include <stdio.h>

#include "jpeglib.h"

/** Feeds `jpeg` from the host, a buffer at a time. Its end is an error. */
void jpeg_host_source(j_decompress_ptr jpeg);
