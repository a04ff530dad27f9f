/**
 * What deflate's tables cost. A block of nothing has three in 90 bits, so that
 * neither the bytes of a file nor those of its rows say how long it takes.
 * build.sh has zlib's inflate.c call this one.
 */
#include <zutil.h>
/* Knows what zutil.h defines. */
#include <inftrees.h>

#include "budget.h"

int counted_inflate_table(codetype type, unsigned short *lengths,
                          unsigned codes, code **table, unsigned *bits,
                          unsigned short *work) {
  spend(1, COST_PNG_TABLE);
  return inflate_table(type, lengths, codes, table, bits, work);
}
