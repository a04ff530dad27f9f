/**
 * From luma and chroma to red, green and blue: ITU-T H.273 §8.3. No I/O.
 *
 * @module
 */
import type { Colour } from "../colour/colour.ts";
import type { Depth } from "../heif/coded.ts";

/** How much of luma is red, and blue: table 4, by `MatrixCoefficients`. */
const SHARES: Readonly<Record<number, readonly [red: number, blue: number]>> = {
  1: [0.2126, 0.0722],
  /** Not said: what JPEG has, and most encoders. */
  2: [0.299, 0.114],
  4: [0.3, 0.11],
  5: [0.299, 0.114],
  6: [0.299, 0.114],
  7: [0.212, 0.087],
  9: [0.2627, 0.0593],
};

/** No matrix: luma is green, and chroma is blue and red. */
const RGB = 0;

export function isKnown({ matrix }: Colour): boolean {
  return matrix === RGB || matrix in SHARES;
}

/** What a sample of 1 is made of, and what is added: in 65536ths. */
const ONE = 65_536;

/**
 * Three rows, of red, green and blue: a factor for luma, one for each chroma,
 * and what is added. Of samples of `depth` bits that makes 65536ths of 0 to 255,
 * rounded when it is cut.
 *
 * @example Grey is grey
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { matrixOf } from "./matrix.ts";
 *
 * const colour = { primaries: 1, transfer: 13, matrix: 6, isFull: true };
 * const [luma = 0, blue = 0, red = 0, more = 0] = matrixOf(colour, 8);
 *
 * strictEqual((luma * 200 + blue * 128 + red * 128 + more) >> 16, 200);
 * ```
 */
export function matrixOf(colour: Colour, depth: Depth): Int32Array {
  const { matrix, isFull } = colour;
  const most = 2 ** depth - 1;
  const unit = 2 ** (depth - 8);
  const black = isFull ? 0 : 16 * unit;
  const luma = 255 / (isFull ? most : 219 * unit);
  const chroma = 255 / (isFull ? most : 224 * unit);
  const rows = matrix === RGB
    ? [[0, 0, luma], [luma, 0, 0], [0, luma, 0]] as const
    : differences(SHARES[matrix] ?? [0.299, 0.114], luma, chroma);
  const middle = matrix === RGB ? black : 128 * unit;
  return Int32Array.from(rows.flatMap(([y, u, v]) => {
    const [ny, nu, nv] = [y, u, v].map((it) => Math.round(it * ONE));
    const zero = (ny ?? 0) * black + ((nu ?? 0) + (nv ?? 0)) * middle;
    return [ny ?? 0, nu ?? 0, nv ?? 0, ONE / 2 - zero];
  }));
}

function differences(
  [red, blue]: readonly [number, number],
  luma: number,
  chroma: number,
): readonly (readonly [number, number, number])[] {
  const green = 1 - red - blue;
  const [v, u] = [2 * (1 - red) * chroma, 2 * (1 - blue) * chroma];
  return [
    [luma, 0, v],
    [luma, -u * blue / green, -v * red / green],
    [luma, u, 0],
  ];
}
