/**
 * What a BMP takes, said before it is begun. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import type { Bitmap } from "./bitmap.ts";

const PIXEL = 30;
const RUN_PIXEL = 60;
const RUN_BYTE = 60;
const OUTPUT_PIXEL = 20;

/** To decode a bitmap that is in a file of `bytes`, in nanoseconds. */
export function decodeCost({ size, coding }: Bitmap, bytes: number): number {
  const pixels = size.width * size.height;
  if (coding === "plain") return PIXEL * pixels;
  return RUN_PIXEL * pixels + RUN_BYTE * bytes;
}

/** To write one, in nanoseconds. */
export function encodeCost({ width, height }: Size): number {
  return OUTPUT_PIXEL * width * height;
}
