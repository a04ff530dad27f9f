/**
 * LZW as TIFF has it: TIFF 6.0, section 13. No I/O.
 *
 * @module
 */

const CLEAR = 256;
const END = 257;
const FIRST = 258;
const MOST_CODES = 4_096;

/** Of all codes: what each adds to another one, and how long it is then. */
const prefixes = new Uint16Array(MOST_CODES);
const suffixes = new Uint8Array(MOST_CODES);
const lengths = new Uint16Array(MOST_CODES);
for (let code = 0; code < 256; code++) {
  suffixes[code] = code;
  lengths[code] = 1;
}

/**
 * Unpacks `packed` into `to`, until that is full. Says how many bytes it has
 * written; fewer where the codes end, or are none.
 *
 * @example What the standard has as its example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { unpackLzw } from "./lzw.ts";
 *
 * const packed = Uint8Array.of(128, 1, 224, 64, 128, 68, 8, 12, 6, 128, 128);
 * const to = new Uint8Array(16);
 *
 * deepEqual(unpackLzw(packed, to), 9);
 * deepEqual([...to.subarray(0, 9)], [7, 7, 7, 8, 8, 7, 7, 6, 6]);
 * ```
 */
export function unpackLzw(packed: Uint8Array, to: Uint8Array): number {
  let [at, bits, held, width] = [0, 0, 0, 9];
  let [next, before, written] = [FIRST, -1, 0];
  while (written < to.length) {
    while (bits < width) {
      if (at >= packed.length) return written;
      held = (held << 8 | (packed[at++] ?? 0)) & 0xfffff;
      bits += 8;
    }
    bits -= width;
    const code = held >>> bits & (1 << width) - 1;
    if (code === END) return written;
    if (code === CLEAR) {
      [next, before, width] = [FIRST, -1, 9];
      continue;
    }
    if (before >= 0 && next < MOST_CODES) {
      // A code may be the one that is just being made: it ends as it begins.
      if (code > next) return written;
      prefixes[next] = before;
      suffixes[next] = firstOf(code === next ? before : code);
      lengths[next] = (lengths[before] ?? 0) + 1;
      next++;
    } else if (code >= next) return written;
    written += write(code, to, written);
    before = code;
    // One code early: section 13, "Variable-length codes".
    if (next >= (1 << width) - 1 && width < 12) width++;
  }
  return written;
}

function firstOf(code: number): number {
  let first = code;
  while (first >= FIRST) first = prefixes[first] ?? 0;
  return first;
}

/** From its end, since a code knows only what is before it. */
function write(code: number, to: Uint8Array, from: number): number {
  const length = lengths[code] ?? 0;
  let at = from + length;
  for (let it = code; at > from; it = prefixes[it] ?? 0) {
    // What does not fit is cut off.
    if (--at < to.length) to[at] = suffixes[it] ?? 0;
  }
  return Math.min(length, to.length - from);
}
