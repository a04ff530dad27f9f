/**
 * `malloc` that can be emptied: what a failed call leaves behind is gone with
 * the next one, so an instance can be used for ever.
 *
 * First fit over a list of free blocks in order of their addresses, neighbours
 * joined: Kernighan and Ritchie, The C Programming Language, section 8.7.
 */
#include "heap.h"

#include <stdint.h>
#include <string.h>

#define PAGE 65536
/* Of what SIMD loads like; a header takes one. */
#define UNIT 16

struct block {
  struct block *next;
  size_t units; /* with this header */
  size_t unused[2];
};
_Static_assert(sizeof(struct block) == UNIT, "a header is one unit");

extern unsigned char __heap_base;

static struct block *free_list;
static uintptr_t top; /* the first address that no block has had */

void heap_reset(void) {
  free_list = NULL;
  top = ((uintptr_t)&__heap_base + UNIT - 1) / UNIT * UNIT;
}

/** Takes from above all blocks, and grows the memory if it must. */
static struct block *extend(size_t units) {
  size_t end = top + units * UNIT;
  size_t have = (size_t)__builtin_wasm_memory_size(0) * PAGE;
  if (end < top) return NULL;
  if (end > have) {
    size_t pages = (end - have + PAGE - 1) / PAGE;
    if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) return NULL;
  }
  struct block *taken = (struct block *)top;
  taken->units = units;
  top = end;
  return taken;
}

void *malloc(size_t bytes) {
  if (bytes > HEAP_MOST) return NULL;
  size_t units = (bytes + UNIT - 1) / UNIT + 1;
  for (struct block **at = &free_list; *at != NULL; at = &(*at)->next) {
    struct block *found = *at;
    if (found->units < units) continue;
    if (found->units == units) {
      *at = found->next;
    } else {
      found->units -= units;
      found += found->units;
      found->units = units;
    }
    return found + 1;
  }
  struct block *taken = extend(units);
  return taken == NULL ? NULL : taken + 1;
}

void free(void *pointer) {
  if (pointer == NULL) return;
  struct block *freed = (struct block *)pointer - 1;
  struct block **at = &free_list, *before = NULL;
  while (*at != NULL && *at < freed) {
    before = *at;
    at = &before->next;
  }
  freed->next = *at;
  *at = freed;
  if (freed + freed->units == freed->next) {
    freed->units += freed->next->units;
    freed->next = freed->next->next;
  }
  if (before != NULL && before + before->units == freed) {
    before->units += freed->units;
    before->next = freed->next;
  }
}

void *calloc(size_t count, size_t size) {
  if (size != 0 && count > HEAP_MOST / size) return NULL;
  void *pointer = malloc(count * size);
  /* Blocks are used again, and the memory of an emptied heap is not clean. */
  if (pointer != NULL) memset(pointer, 0, count * size);
  return pointer;
}

void *realloc(void *pointer, size_t bytes) {
  if (pointer == NULL) return malloc(bytes);
  size_t had = (((struct block *)pointer - 1)->units - 1) * UNIT;
  if (bytes <= had) return pointer;
  void *moved = malloc(bytes);
  if (moved == NULL) return NULL;
  memcpy(moved, pointer, had);
  free(pointer);
  return moved;
}

void *need(size_t bytes) {
  void *pointer = malloc(bytes);
  if (pointer == NULL) host_fail(FAILED_MEMORY);
  return pointer;
}
