/**
 * Which colour of a palette each pixel of a picture has. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import type { Palette } from "./palette.ts";
import { colourAt, SEEN } from "./pixels.ts";

/** A picture, and what it is to be shown with. */
export interface Coloured extends Size {
  /** Rows of red, green, blue and alpha. */
  readonly pixels: Uint8Array;
  readonly palette: Palette;
  /** The index of what is not seen. */
  readonly clear: number;
}

/** Of an error, passed on: with all of it there is more grain than is smooth. */
const SHARE = 0.75;

/**
 * Rows of indices, from the top. Where colours are missing, the error of each
 * pixel is passed on to those that follow: R. W. Floyd, L. Steinberg, An Adaptive
 * Algorithm for Spatial Greyscale, 1976.
 *
 * A row is there until the next one is.
 */
export function* indexed(picture: Coloured): Generator<Uint8Array> {
  const { width, height, pixels, palette: { isExact } } = picture;
  const row = new Uint8Array(width);
  // Of three channels, with a pixel on either side.
  let errors = new Float32Array(3 * (width + 2));
  let below = new Float32Array(3 * (width + 2));
  for (let y = 0; y < height; y++) {
    const from = pixels.subarray(4 * width * y, 4 * width * (y + 1));
    if (isExact) find(picture, from, row);
    else {
      diffuse(picture, { from, row, errors, below });
      [errors, below] = [below, errors];
      below.fill(0);
    }
    yield row;
  }
}

function find(
  { palette, clear }: Coloured,
  from: Uint8Array,
  row: Uint8Array,
): void {
  for (let x = 0; x < row.length; x++) {
    const isSeen = (from[4 * x + 3] ?? 0) >= SEEN;
    row[x] = isSeen ? palette.indexOf(colourAt(from, 4 * x)) : clear;
  }
}

interface Work {
  readonly from: Uint8Array;
  readonly row: Uint8Array;
  readonly errors: Float32Array;
  readonly below: Float32Array;
}

function diffuse(
  { palette, clear }: Coloured,
  { from, row, errors, below }: Work,
): void {
  const { colours } = palette;
  for (let x = 0; x < row.length; x++) {
    const at = 4 * x;
    if ((from[at + 3] ?? 0) < SEEN) {
      row[x] = clear;
      continue;
    }
    const e = 3 * (x + 1);
    const red = clamped((from[at] ?? 0) + (errors[e] ?? 0));
    const green = clamped((from[at + 1] ?? 0) + (errors[e + 1] ?? 0));
    const blue = clamped((from[at + 2] ?? 0) + (errors[e + 2] ?? 0));
    const index = palette.indexOf(red << 16 | green << 8 | blue);
    const colour = colours[index] ?? 0;
    row[x] = index;
    pass(errors, below, e, red - (colour >> 16));
    pass(errors, below, e + 1, green - (colour >> 8 & 0xff));
    pass(errors, below, e + 2, blue - (colour & 0xff));
  }
}

/** To the right, and to three below. */
function pass(
  errors: Float32Array,
  below: Float32Array,
  at: number,
  error: number,
): void {
  const part = error * SHARE / 16;
  errors[at + 3] = (errors[at + 3] ?? 0) + 7 * part;
  below[at - 3] = (below[at - 3] ?? 0) + 3 * part;
  below[at] = (below[at] ?? 0) + 5 * part;
  below[at + 3] = (below[at + 3] ?? 0) + part;
}

function clamped(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value | 0;
}
