#include "source.h"

static size_t whole;

void source_begin(size_t size) { whole = size; }

size_t source_size(void) { return whole; }

void source_read(size_t offset, void *into, size_t length) {
  if (host_read(offset, into, length) != length) host_fail(FAILED_TRUNCATED);
}
