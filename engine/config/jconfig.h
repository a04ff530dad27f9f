/* libjpeg-turbo's build, as its CMakeLists.txt would have it: what is read and
   written here, and nothing besides. No arithmetic coding, which nobody uses. */
#define JPEG_LIB_VERSION 62
#define LIBJPEG_TURBO_VERSION 2.1.5
#define LIBJPEG_TURBO_VERSION_NUMBER 2001005
#define BITS_IN_JSAMPLE 8
/* Of our own: src/jpeg_*_simd.c. */
#define WITH_SIMD 1
