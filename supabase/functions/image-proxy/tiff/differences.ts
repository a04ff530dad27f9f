/**
 * Samples that are stored as differences to the pixel before: TIFF 6.0, section
 * 14. No I/O.
 *
 * @module
 */

/** How samples are stored. */
export interface Stored {
  readonly bits: number;
  /** Of a pixel. */
  readonly samples: number;
  readonly isLittle: boolean;
}

/**
 * Makes samples of the differences of one row, where they are.
 *
 * @example Grey of 8 bits
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { addUp } from "./differences.ts";
 *
 * const row = Uint8Array.of(250, 3, 255, 10);
 * addUp(row, { bits: 8, samples: 1, isLittle: true });
 *
 * deepEqual([...row], [250, 253, 252, 6]);
 * ```
 */
export function addUp(
  row: Uint8Array,
  { bits, samples, isLittle }: Stored,
): void {
  if (bits === 8) {
    for (let at = samples; at < row.length; at++) {
      row[at] = (row[at] ?? 0) + (row[at - samples] ?? 0);
    }
    return;
  }
  const [high, low] = isLittle ? [1, 0] : [0, 1];
  for (let at = 2 * samples; at + 1 < row.length; at += 2) {
    const before = at - 2 * samples;
    const sum = (row[at + low] ?? 0) + (row[before + low] ?? 0);
    row[at + low] = sum;
    row[at + high] = (row[at + high] ?? 0) + (row[before + high] ?? 0) +
      (sum >> 8);
  }
}
