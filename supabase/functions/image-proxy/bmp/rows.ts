/**
 * Rows of a bitmap that is not compressed. No I/O.
 *
 * @module
 */
import type { ReadRow } from "../engine/source.ts";
import { viewOf } from "../header/header.ts";
import type { Bitmap } from "./bitmap.ts";
import { channelOf, type Masks } from "./masks.ts";

/** Writes a row of pixels that is stored as `row`. */
type Convert = (row: Uint8Array, into: Uint8Array) => void;

/** Of a row, without what fills it up. */
export function rowBytes({ size, bits }: Bitmap): number {
  return Math.ceil(size.width * bits / 8);
}

/** A row is filled up to 4 bytes. */
export function strideOf({ size, bits }: Bitmap): number {
  return Math.ceil(size.width * bits / 32) * 4;
}

/**
 * The bytes of all rows: what fills up the last may be missing.
 *
 * @example Three rows of 5 pixels
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { plainBytes } from "./rows.ts";
 *
 * const size = { width: 5, height: 3 };
 * const masks = { red: 0, green: 0, blue: 0, alpha: 0 };
 * const palette = { at: 54, colours: 0, bytes: 4 } as const;
 * const rest = { isTopDown: false, coding: "plain", end: 54 } as const;
 *
 * deepEqual(plainBytes({ size, bits: 24, masks, palette, ...rest }), 47);
 * ```
 */
export function plainBytes(bitmap: Bitmap): number {
  return strideOf(bitmap) * (bitmap.size.height - 1) + rowBytes(bitmap);
}

/** The rows from the top, of `data`, which has all of them. */
export function plainRows(
  data: Uint8Array,
  bitmap: Bitmap,
  colours: Uint8Array,
): ReadRow {
  const [stride, bytes] = [strideOf(bitmap), rowBytes(bitmap)];
  const { isTopDown, size: { height } } = bitmap;
  const convert = converterOf(bitmap, colours);
  return (y, into) => {
    const at = stride * (isTopDown ? y : height - 1 - y);
    convert(data.subarray(at, at + bytes), into);
  };
}

function converterOf({ bits, masks }: Bitmap, colours: Uint8Array): Convert {
  if (bits === 24) return fromBlueGreenRed;
  if (bits > 8) return fromMasks(masks, bits);
  return (row, into) => {
    const each = 8 / bits;
    const most = 2 ** bits - 1;
    for (let x = 0; x < into.length / 4; x++) {
      const byte = row[Math.floor(x / each)] ?? 0;
      const index = byte >> bits * (each - 1 - x % each) & most;
      putColour(colours, index, into, x);
    }
  };
}

/** Writes the colour of that number as pixel `x`. */
export function putColour(
  ...[colours, index, into, x]: [Uint8Array, number, Uint8Array, number]
): void {
  const [from, to] = [4 * index, 4 * x];
  into[to] = colours[from] ?? 0;
  into[to + 1] = colours[from + 1] ?? 0;
  into[to + 2] = colours[from + 2] ?? 0;
  into[to + 3] = 255;
}

function fromBlueGreenRed(row: Uint8Array, into: Uint8Array): void {
  for (let x = 0; 4 * x < into.length; x++) {
    const [from, to] = [3 * x, 4 * x];
    into[to] = row[from + 2] ?? 0;
    into[to + 1] = row[from + 1] ?? 0;
    into[to + 2] = row[from] ?? 0;
    into[to + 3] = 255;
  }
}

function fromMasks(masks: Masks, bits: number): Convert {
  const red = channelOf(masks.red, 0);
  const green = channelOf(masks.green, 0);
  const blue = channelOf(masks.blue, 0);
  const alpha = channelOf(masks.alpha, 255);
  return (row, into) => {
    const view = viewOf(row);
    for (let x = 0; 4 * x < into.length; x++) {
      const to = 4 * x;
      const pixel = bits === 16
        ? view.getUint16(2 * x, true)
        : view.getUint32(4 * x, true);
      into[to] = red.values[pixel >>> red.shift & red.most] ?? 0;
      into[to + 1] = green.values[pixel >>> green.shift & green.most] ?? 0;
      into[to + 2] = blue.values[pixel >>> blue.shift & blue.most] ?? 0;
      into[to + 3] = alpha.values[pixel >>> alpha.shift & alpha.most] ?? 0;
    }
  };
}
