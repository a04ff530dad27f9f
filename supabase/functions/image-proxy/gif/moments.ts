/**
 * Sums over the pixels of any box of colours, each from eight numbers: X. Wu,
 * Efficient Statistical Computations for Optimal Color Quantization, Graphics
 * Gems II, 1991. No I/O.
 *
 * @module
 */
import { SEEN } from "./pixels.ts";

/** Cells along a channel, of 8 values each. */
export const CELLS = 32;

/** With an empty one before them. */
const SIDE = CELLS + 1;
const PLANE = SIDE * SIDE;

/** Red, green and blue, in cells: from the first, and up to the second. */
export interface Box {
  readonly from: Triple;
  readonly to: Triple;
}

export type Triple = readonly [red: number, green: number, blue: number];

/** Of the pixels in a box. */
export interface Sum {
  readonly count: number;
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

/** What there is of each colour. */
export class Moments {
  readonly #count = new Float64Array(PLANE * SIDE);
  readonly #red = new Float64Array(PLANE * SIDE);
  readonly #green = new Float64Array(PLANE * SIDE);
  readonly #blue = new Float64Array(PLANE * SIDE);
  readonly #squares = new Float64Array(PLANE * SIDE);

  /** Of `pixels` in four bytes each, as far as they are seen. */
  constructor(pixels: Uint8Array) {
    for (let at = 0; at < pixels.length; at += 4) {
      if ((pixels[at + 3] ?? 0) >= SEEN) this.#add(pixels, at);
    }
    const all = [this.#count, this.#red, this.#green, this.#blue];
    for (const table of [...all, this.#squares]) accumulate(table);
  }

  sum(box: Box): Sum {
    const corners = cornersOf(box);
    return {
      count: within(this.#count, corners),
      red: within(this.#red, corners),
      green: within(this.#green, corners),
      blue: within(this.#blue, corners),
    };
  }

  /** Of the distances to the mean, squared. */
  spread(box: Box): number {
    const sum = this.sum(box);
    if (sum.count === 0) return 0;
    return within(this.#squares, cornersOf(box)) - gathered(sum);
  }

  #add(pixels: Uint8Array, at: number): void {
    const red = pixels[at] ?? 0;
    const green = pixels[at + 1] ?? 0;
    const blue = pixels[at + 2] ?? 0;
    const cell = indexOf((red >> 3) + 1, (green >> 3) + 1, (blue >> 3) + 1);
    const squares = red * red + green * green + blue * blue;
    this.#count[cell] = (this.#count[cell] ?? 0) + 1;
    this.#red[cell] = (this.#red[cell] ?? 0) + red;
    this.#green[cell] = (this.#green[cell] ?? 0) + green;
    this.#blue[cell] = (this.#blue[cell] ?? 0) + blue;
    this.#squares[cell] = (this.#squares[cell] ?? 0) + squares;
  }
}

/** What a box holds around its mean: the more, the less is its spread. */
export function gathered({ count, red, green, blue }: Sum): number {
  return count === 0 ? 0 : (red * red + green * green + blue * blue) / count;
}

function indexOf(red: number, green: number, blue: number): number {
  return red * PLANE + green * SIDE + blue;
}

/** Each number becomes the sum of what is before it, in all three directions. */
function accumulate(table: Float64Array): void {
  for (const step of [PLANE, SIDE, 1]) {
    for (let at = step; at < table.length; at++) {
      // The empty cells stay empty.
      if (Math.floor(at / step) % SIDE === 0) continue;
      table[at] = (table[at] ?? 0) + (table[at - step] ?? 0);
    }
  }
}

/** The corners of a box, the far one first; every other one is taken off. */
function cornersOf({ from, to }: Box): readonly number[] {
  const [r0, g0, b0] = from;
  const [r1, g1, b1] = to;
  return [
    ...[indexOf(r1, g1, b1), indexOf(r1, g1, b0)],
    ...[indexOf(r1, g0, b0), indexOf(r1, g0, b1)],
    ...[indexOf(r0, g0, b1), indexOf(r0, g0, b0)],
    ...[indexOf(r0, g1, b0), indexOf(r0, g1, b1)],
  ];
}

function within(table: Float64Array, corners: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < 8; i++) {
    const value = table[corners[i] ?? 0] ?? 0;
    sum += i % 2 === 0 ? value : -value;
  }
  return sum;
}
