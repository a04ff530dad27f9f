#include "source.h"

#include "budget.h"

static size_t whole;

void source_begin(size_t size) { whole = size; }

size_t source_size(void) { return whole; }

size_t source_part(size_t offset, void *into, size_t length) {
  spend(1, COST_READ);
  return host_read(offset, into, length);
}

void source_read(size_t offset, void *into, size_t length) {
  if (source_part(offset, into, length) != length) host_fail(FAILED_TRUNCATED);
}
