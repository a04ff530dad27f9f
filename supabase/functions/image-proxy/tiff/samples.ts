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
  const count = Math.ceil((to.length - first) / step);
  if (bits === 8) {
    for (let i = 0; i < count; i++) to[first + i * step] = row[i] ?? 0;
    return;
  }
  if (bits === 16) {
    const [high, low] = isLittle ? [1, 0] : [0, 1];
    for (let i = 0; i < count; i++) {
      const value = (row[2 * i + high] ?? 0) << 8 | (row[2 * i + low] ?? 0);
      // The nearest: a part in 257.
      to[first + i * step] = (value * 255 + 32_895) >>> 16;
    }
    return;
  }
  const each = 8 / bits;
  const most = 2 ** bits - 1;
  const scale = areIndices ? 1 : 255 / most;
  for (let i = 0; i < count; i++) {
    const byte = row[Math.floor(i / each)] ?? 0;
    const sample = byte >> bits * (each - 1 - i % each) & most;
    to[first + i * step] = sample * scale;
  }
}
