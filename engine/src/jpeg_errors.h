#pragma once
#include <stdio.h>

#include "jpeglib.h"

/** What libjpeg-turbo does about errors, for reading and for writing. */
struct jpeg_error_mgr *jpeg_errors(void);
