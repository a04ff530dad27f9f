/**
 * Writes a BMP: 24 bits with the header that everything reads, or 32 with one
 * that says which of them are alpha. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";

/** What is written: red, green, blue and alpha, by rows from the top. */
export interface Written extends Size {
  readonly hasAlpha: boolean;
  readonly pixels: Uint8Array;
}

const FILE_HEADER = 14;
/** `BITMAPINFOHEADER` and `BITMAPV4HEADER`. */
const [INFO, V4] = [40, 108];

/** `BI_BITFIELDS` */
const FIELDS = 3;

/** Red, green, blue and alpha, as `BI_RGB` has them. */
const MASKS = [0xff0000, 0xff00, 0xff, 0xff000000];

/** `LCS_sRGB`: "sRGB" of characters in a number. */
const SRGB = 0x73524742;

/**
 * A whole file.
 *
 * @example One red pixel
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { write } from "./write.ts";
 *
 * const pixels = Uint8Array.of(255, 0, 0, 255);
 * const file = write({ width: 1, height: 1, hasAlpha: false, pixels });
 *
 * deepEqual([...file.subarray(54)], [0, 0, 255, 0]);
 * ```
 */
export function write(image: Written): Uint8Array<ArrayBuffer> {
  const { width, height, hasAlpha } = image;
  const header = hasAlpha ? V4 : INFO;
  const stride = hasAlpha ? 4 * width : Math.ceil(3 * width / 4) * 4;
  const start = FILE_HEADER + header;
  const file = new Uint8Array(start + stride * height);
  const view = new DataView(file.buffer);
  view.setUint16(0, 0x4d42, true);
  view.setUint32(2, file.length, true);
  view.setUint32(10, start, true);
  view.setUint32(14, header, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, hasAlpha ? 32 : 24, true);
  view.setUint32(34, stride * height, true);
  if (hasAlpha) {
    view.setUint32(30, FIELDS, true);
    for (const [i, mask] of MASKS.entries()) {
      view.setUint32(54 + 4 * i, mask, true);
    }
    view.setUint32(70, SRGB, true);
  }
  putRows(image, file.subarray(start), stride);
  return file;
}

/** The lowest row is the first. */
function putRows(image: Written, into: Uint8Array, stride: number): void {
  const { width, height, hasAlpha, pixels } = image;
  const each = hasAlpha ? 4 : 3;
  for (let y = 0; y < height; y++) {
    let from = 4 * width * y;
    let to = stride * (height - 1 - y);
    for (let x = 0; x < width; x++, from += 4, to += each) {
      into[to] = pixels[from + 2] ?? 0;
      into[to + 1] = pixels[from + 1] ?? 0;
      into[to + 2] = pixels[from] ?? 0;
      if (hasAlpha) into[to + 3] = pixels[from + 3] ?? 0;
    }
  }
}
