/**
 * What the module asks of whoever runs it. These three are all its imports: it
 * has no clock, no files and no console.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define HOST(name) \
  __attribute__((import_module("host"), import_name(#name))) extern

/** Copies up to `length` bytes of the source from `offset`; returns how many. */
HOST(read) size_t host_read(size_t offset, void *into, size_t length);

/** Takes the next `length` bytes of the answer. */
HOST(write) void host_write(const void *from, size_t length);

/**
 * Ends the call: the host throws, catches above the module, puts the stack back
 * and empties the heap with the next `open`. So an error is a value outside,
 * nothing in here checks for one twice, and the instance lives on.
 */
HOST(fail) _Noreturn void host_fail(int failure);

/** Why a picture is refused. The order is that of `FAILURES` in instance.ts. */
enum failure {
  FAILED_FORMAT,    /* not one of those that are read */
  FAILED_CORRUPT,   /* says one thing and holds another */
  FAILED_TRUNCATED, /* ends before it is complete */
  FAILED_PIXELS,    /* more than `max_pixels` */
  FAILED_SCANS,     /* more passes over a progressive picture than anyone needs */
  FAILED_MEMORY,    /* would need more than the heap */
  FAILED_COST,      /* would take more time than is allowed */
  FAILED_ENCODER,   /* the encoder gave up: not the caller's fault */
};
