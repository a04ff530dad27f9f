/**
 * PackBits: TIFF 6.0, section 9. No I/O.
 *
 * @module
 */

/** Stands for nothing. */
const NOTHING = 128;

/**
 * Unpacks `packed` into `to`, until that is full. Says how many bytes it has
 * written.
 *
 * @example Two bytes as they are, and one three times
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { unpackBits } from "./packbits.ts";
 *
 * const to = new Uint8Array(5);
 * unpackBits(Uint8Array.of(1, 7, 8, 254, 9), to);
 *
 * deepEqual([...to], [7, 8, 9, 9, 9]);
 * ```
 */
export function unpackBits(packed: Uint8Array, to: Uint8Array): number {
  let [at, written] = [0, 0];
  while (written < to.length && at + 1 < packed.length) {
    const head = packed[at++] ?? NOTHING;
    if (head === NOTHING) continue;
    if (head < NOTHING) {
      const end = Math.min(at + head + 1, packed.length);
      const count = Math.min(end - at, to.length - written);
      for (let i = 0; i < count; i++) to[written + i] = packed[at + i] ?? 0;
      at = end;
      written += count;
    } else {
      const end = Math.min(to.length, written + 257 - head);
      to.fill(packed[at++] ?? 0, written, end);
      written = end;
    }
  }
  return written;
}
