/**
 * What an icon takes, said before it is begun. No I/O.
 *
 * In the units of `engine/src/budget.h`, each about a nanosecond of code that is
 * not warm yet. Source: Deno 2.1.4, two cores of an AMD EPYC, 2026-11-23, a
 * process for each; about twice what was measured.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import type { Bitmap } from "../bmp/bitmap.ts";
import { decodeCost as bitmapCost } from "../bmp/costs.ts";

/** A pixel of the mask, or to see whether there is any alpha. */
const MASK_PIXEL = 16;

/** A pixel of a PNG: four bytes of a row, and `COST_PNG_PIXEL`. */
const PNG_PIXEL = 4 * 7 + 32;

/** To decode a bitmap and its mask. */
export function decodeCost(bitmap: Bitmap): number {
  const { width, height } = bitmap.size;
  return bitmapCost(bitmap, 0) + MASK_PIXEL * width * height;
}

/** For the engine to decode a PNG. */
export function pngCost({ width, height }: Size): number {
  return PNG_PIXEL * width * height;
}
