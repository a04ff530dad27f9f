/**
 * Bytes behind one another. No I/O.
 *
 * @module
 */

/**
 * All `parts` in one.
 *
 * @example Two of them
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { joined } from "./joined.ts";
 *
 * deepEqual(joined([Uint8Array.of(1), Uint8Array.of(2, 3)]), Uint8Array.of(1, 2, 3));
 * ```
 */
export function joined(
  parts: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
