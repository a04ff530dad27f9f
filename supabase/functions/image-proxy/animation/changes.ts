/**
 * Where a picture differs from the one before it. No I/O.
 *
 * @module
 */
import type { Part, Size } from "../engine/geometry.ts";

/**
 * The least part outside of which nothing is seen to differ, of two pictures in
 * four bytes a pixel; `undefined` if they are alike.
 *
 * @example Two pixels, of which the second becomes white
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { changedPart } from "./changes.ts";
 *
 * const black = Uint8Array.of(0, 0, 0, 255, 0, 0, 0, 255);
 * const white = Uint8Array.of(0, 0, 0, 255, 255, 255, 255, 255);
 *
 * deepEqual(changedPart(black, white, { width: 2, height: 1 }), {
 *   left: 1,
 *   top: 0,
 *   width: 1,
 *   height: 1,
 * });
 * ```
 */
export function changedPart(
  before: Uint8Array,
  after: Uint8Array,
  { width, height }: Size,
): Part | undefined {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    const from = 4 * width * y;
    const first = firstChange(before, after, from, width);
    if (first === width) continue;
    top = Math.min(top, y);
    bottom = y;
    left = Math.min(left, first);
    let last = width - 1;
    while (last > right && isAlike(before, after, from + 4 * last)) last--;
    right = Math.max(right, last);
  }
  if (bottom < 0) return undefined;
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function firstChange(
  ...[before, after, from, width]: [Uint8Array, Uint8Array, number, number]
): number {
  let x = 0;
  while (x < width && isAlike(before, after, from + 4 * x)) x++;
  return x;
}

/** Whether two pixels are seen alike: what is clear has no colour. */
export function isAlike(a: Uint8Array, b: Uint8Array, at: number): boolean {
  if (a[at + 3] !== b[at + 3]) return false;
  return a[at + 3] === 0 ||
    a[at] === b[at] && a[at + 1] === b[at + 1] && a[at + 2] === b[at + 2];
}

/** A part of a picture, by itself. */
export function cutOut(
  pixels: Uint8Array,
  { width }: Size,
  part: Part,
): Uint8Array<ArrayBuffer> {
  const stride = 4 * part.width;
  const cut = new Uint8Array(stride * part.height);
  for (let y = 0; y < part.height; y++) {
    const from = 4 * ((part.top + y) * width + part.left);
    cut.set(pixels.subarray(from, from + stride), y * stride);
  }
  return cut;
}
