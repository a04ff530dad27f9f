/**
 * The colours that a bitmap has in its palette. No I/O.
 *
 * @module
 */
import type { Palette } from "./bitmap.ts";

/**
 * Red, green, blue and alpha of 256 colours. What the palette does not have, or
 * the file has not, is black.
 *
 * @example Two colours
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { coloursOf } from "./colours.ts";
 *
 * const file = Uint8Array.of(1, 2, 3, 4, 5, 6);
 * const colours = coloursOf(file, { at: 0, colours: 2, bytes: 3 });
 *
 * deepEqual([...colours.subarray(0, 8)], [3, 2, 1, 255, 6, 5, 4, 255]);
 * ```
 */
export function coloursOf(
  file: Uint8Array,
  { at, colours, bytes }: Palette,
): Uint8Array {
  const table = new Uint8Array(4 * 256);
  for (let i = 0; i < 256; i++) {
    table[4 * i + 3] = 255;
    if (i >= colours) continue;
    for (const channel of [0, 1, 2]) {
      table[4 * i + channel] = file[at + bytes * i + 2 - channel] ?? 0;
    }
  }
  return table;
}
