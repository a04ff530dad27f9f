/**
 * Comparing secrets. No I/O.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";

/** Whether two texts are one, in a time that tells only their lengths. */
export function isSame(claimed: string, expected: string): boolean {
  const a = new TextEncoder().encode(claimed);
  const b = new TextEncoder().encode(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
