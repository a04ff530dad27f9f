#pragma once
#include <stdlib.h>

#include "host.h"

/** No block is larger: the linker's limit for all memory. See build.sh. */
#define HEAP_MOST (96u << 20)

/** Forgets every block. */
void heap_reset(void);

/** `malloc` that ends the call with FAILED_MEMORY where there is no more. */
void *need(size_t bytes);
