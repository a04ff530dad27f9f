/**
 * What red, green and blue are, by the numbers of ITU-T H.273, table 2. No I/O.
 *
 * @module
 */

export type Triple = readonly [number, number, number];

/** Rows. */
export type Matrix = readonly [Triple, Triple, Triple];

type Chromaticity = readonly [x: number, y: number];

interface Primaries {
  readonly rgb: readonly [Chromaticity, Chromaticity, Chromaticity];
  readonly white: Chromaticity;
}

const D65: Chromaticity = [0.3127, 0.329];
const P3: Primaries["rgb"] = [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06]];

/** BT.709's and sRGB's. */
export const USUAL = 1;

/** Those that are in use. */
const PRIMARIES: Readonly<Record<number, Primaries>> = {
  [USUAL]: { rgb: [[0.64, 0.33], [0.3, 0.6], [0.15, 0.06]], white: D65 },
  5: { rgb: [[0.64, 0.33], [0.29, 0.6], [0.15, 0.06]], white: D65 },
  6: { rgb: [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07]], white: D65 },
  7: { rgb: [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07]], white: D65 },
  9: { rgb: [[0.708, 0.292], [0.17, 0.797], [0.131, 0.046]], white: D65 },
  11: { rgb: P3, white: [0.314, 0.351] },
  12: { rgb: P3, white: D65 },
};

/** The white of every ICC profile. */
export const D50: Triple = [0.9642, 1, 0.8249];

/** What eyes see of XYZ, by Bradford: whites differ there by a gain. */
const CONES: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

/** From light to XYZ on D50. `undefined` of numbers that are not known. */
export function matrixOf(primaries: number): Matrix | undefined {
  const known = PRIMARIES[primaries];
  if (known === undefined) return undefined;
  const [red, green, blue] = known.rgb;
  const white = xyz(known.white);
  const colours = transposed([xyz(red), xyz(green), xyz(blue)]);
  const most = applied(inverse(colours), white);
  const [from, to] = [applied(CONES, white), applied(CONES, D50)];
  const gain: Triple = [to[0] / from[0], to[1] / from[1], to[2] / from[2]];
  const adapted = product(product(inverse(CONES), diagonal(gain)), CONES);
  return product(adapted, product(colours, diagonal(most)));
}

function xyz([x, y]: Chromaticity): Triple {
  return [x / y, 1, (1 - x - y) / y];
}

function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Triple, b: Triple): Triple {
  return [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
}

function diagonal([a, b, c]: Triple): Matrix {
  return [[a, 0, 0], [0, b, 0], [0, 0, c]];
}

function applied([a, b, c]: Matrix, to: Triple): Triple {
  return [dot(a, to), dot(b, to), dot(c, to)];
}

export function transposed([a, b, c]: Matrix): Matrix {
  return [[a[0], b[0], c[0]], [a[1], b[1], c[1]], [a[2], b[2], c[2]]];
}

function product(left: Matrix, right: Matrix): Matrix {
  const [a, b, c] = transposed(right);
  return transposed([applied(left, a), applied(left, b), applied(left, c)]);
}

function inverse([a, b, c]: Matrix): Matrix {
  const part = 1 / dot(a, cross(b, c));
  const minors: Matrix = [cross(b, c), cross(c, a), cross(a, b)];
  return product(transposed(minors), diagonal([part, part, part]));
}
