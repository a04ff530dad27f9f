/**
 * Included before each file of lcms2 by build.sh. It would like files, a clock
 * and words for its errors: there are none, and nobody asks for them.
 */
#pragma once
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CMS_NO_PTHREADS 1
#define CMS_NO_REGISTER_KEYWORD 1
#define HAVE_GMTIME_R 1
#define fopen(name, mode) ((FILE *)NULL)
#define time(at) ((time_t)0)
#define gmtime_r(at, to) ((struct tm *)memset(to, 0, sizeof(struct tm)))
#define vsnprintf(text, size, format, arguments) ((text)[0] = 0)
