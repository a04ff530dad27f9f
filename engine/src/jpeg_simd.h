/**
 * Names of libjpeg-turbo's jsimd_none.c, which says of everything that it has no
 * SIMD, for what jpeg_colour_simd.c and jpeg_idct_simd.c have after all: what it
 * says of these gets names that nobody calls. Included before it by build.sh.
 */
#define jsimd_can_ycc_rgb none_can_ycc_rgb
#define jsimd_ycc_rgb_convert none_ycc_rgb_convert
#define jsimd_can_idct_islow none_can_idct_islow
#define jsimd_idct_islow none_idct_islow
#define jsimd_can_idct_4x4 none_can_idct_4x4
#define jsimd_idct_4x4 none_idct_4x4
