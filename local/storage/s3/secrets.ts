/**
 * Comparing secrets. No I/O.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";

/** Whether two texts are one, in a time that tells only their lengths. */
export function isSame(claimed: string, expected: string): boolean {
  const [a, b] = [claimed, expected].map((it) => new TextEncoder().encode(it));
  return a?.length === b?.length && a !== undefined && b !== undefined &&
    timingSafeEqual(a, b);
}
