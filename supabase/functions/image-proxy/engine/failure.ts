/**
 * Why the engine has made no picture. No I/O.
 *
 * @module
 */

/** In the order of `enum failure`. */
const FAILURES = [
  "format",
  "corrupt",
  "truncated",
  "pixels",
  "scans",
  "memory",
  "cost",
  "encoder",
] as const;

/**
 * Why there is no picture: the source is of no known `format`, `corrupt` or
 * `truncated`; it has too many `pixels` or `scans`, or would take too much
 * `memory` or `cost` too much time; the `encoder` failed, or there was a `trap`,
 * which are mistakes of the engine.
 */
export type Failure = typeof FAILURES[number] | "trap";

/** By its number in the module. */
export function failureAt(index: number): Failure {
  return FAILURES[index] ?? "trap";
}

/** Thrown by the module's `fail` and by what it reads; caught by the caller. */
export class Failed extends Error {
  constructor(readonly failure: Failure) {
    super(failure);
  }
}
