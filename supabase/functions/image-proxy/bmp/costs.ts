/**
 * What a BMP takes, said before it is begun. No I/O.
 *
 * In the units of `engine/src/budget.h`, each about a nanosecond of code that is
 * not warm yet. Source: Deno 2.1.4, two cores of an AMD EPYC, 2026-11-23, a
 * process for each; about twice what was measured.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import type { Bitmap } from "./bitmap.ts";

/** A row, however short. */
const ROW = 500;

/** A pixel of 1 bit takes 8, of 16 bits and more 4. */
const PIXEL = 16;

/** A byte of runs: those that leave out nothing take 3. */
const RUN_BYTE = 8;

/** A pixel that is written: with alpha 4. */
const OUTPUT_PIXEL = 16;

/** To decode a bitmap that is in a file of `bytes`. */
export function decodeCost({ size, coding }: Bitmap, bytes: number): number {
  const { width, height } = size;
  const runs = coding === "plain" ? 0 : RUN_BYTE * bytes;
  return ROW * height + PIXEL * width * height + runs;
}

/** To write one. */
export function encodeCost({ width, height }: Size): number {
  return ROW * height + OUTPUT_PIXEL * width * height;
}
