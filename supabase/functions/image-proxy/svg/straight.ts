/**
 * From colours that are multiplied by their alpha to colours that are not. No
 * I/O.
 *
 * @module
 */

/**
 * Divides red, green and blue of `pixels` by alpha, where they are. Says whether
 * anything can be seen through.
 *
 * @example Half of red
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { straighten } from "./straight.ts";
 *
 * const pixels = Uint8Array.of(64, 0, 0, 128);
 * straighten(pixels);
 *
 * deepEqual([...pixels], [128, 0, 0, 128]);
 * ```
 */
export function straighten(pixels: Uint8Array): boolean {
  let isClear = false;
  for (let at = 0; at < pixels.length; at += 4) {
    const alpha = pixels[at + 3] ?? 0;
    if (alpha === 255) continue;
    isClear = true;
    if (alpha === 0) continue;
    for (let i = at; i < at + 3; i++) {
      // A colour is no more than its alpha; rounded, and stored as at most 255.
      pixels[i] = Math.min(255, ((pixels[i] ?? 0) * 510 + alpha) / (2 * alpha));
    }
  }
  return isClear;
}
