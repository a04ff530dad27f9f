/**
 * From the bytes of a row to samples of 8 bits. No I/O.
 *
 * @module
 */
import type { Image } from "./image.ts";

/** Which samples are read, and where they are put. */
export interface Reading extends Pick<Image, "bits" | "isLittle"> {
  /** Whether samples are numbers of a palette, and not shares of the most. */
  readonly areIndices: boolean;
  /** From one sample that is written to the next. */
  readonly step: number;
}

/** Writes the samples of `row` into `to`, at `first` and every step from there. */
export function readSamples(
  row: Uint8Array,
  to: Uint8Array,
  first: number,
  { bits, isLittle, areIndices, step }: Reading,
): void {
  if (bits === 8) {
    for (let at = first, i = 0; at < to.length; at += step) {
      to[at] = row[i++] ?? 0;
    }
    return;
  }
  if (bits === 16) {
    // The upper byte is the sample, to one part in 256.
    let i = isLittle ? 1 : 0;
    for (let at = first; at < to.length; at += step, i += 2) {
      to[at] = row[i] ?? 0;
    }
    return;
  }
  const each = 8 / bits;
  const most = 2 ** bits - 1;
  const scale = areIndices ? 1 : 255 / most;
  for (let at = first, i = 0; at < to.length; at += step, i++) {
    const byte = row[Math.floor(i / each)] ?? 0;
    to[at] = (byte >> bits * (each - 1 - i % each) & most) * scale;
  }
}
