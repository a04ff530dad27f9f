/**
 * Colours that a file names by numbers, as the ICC profile that says the same:
 * then there is one way to convert them. No I/O.
 *
 * @module
 */
import { D50, matrixOf, transposed, type Triple, USUAL } from "./primaries.ts";
import type { Colour } from "./colour.ts";
import { type Curve, CURVES, srgb } from "./transfer.ts";

/**
 * The profile, or `undefined` where colours are sRGB's, or not said. What is
 * brighter than white (PQ, HLG) is pressed into what can be shown.
 *
 * @example Display P3
 * ```ts
 * import { colourProfile } from "./colour_profile.ts";
 * import { ok, strictEqual } from "node:assert/strict";
 *
 * const rest = { transfer: 13, matrix: 6, isFull: true };
 * ok(colourProfile({ primaries: 12, ...rest }));
 * strictEqual(colourProfile({ primaries: 1, ...rest }), undefined);
 * ```
 */
export function colourProfile(
  { primaries, transfer }: Colour,
): Uint8Array | undefined {
  const matrix = primaries === USUAL ? undefined : matrixOf(primaries);
  const curve = CURVES[transfer];
  if (matrix === undefined && curve === undefined) return undefined;
  const colours = matrix ?? matrixOf(USUAL);
  return colours && written(transposed(colours), curve ?? srgb);
}

/** Four points for each step of 8 bits, and the last: a fine curve, and exact. */
const POINTS = 255 * 4 + 1;

const HEADER_BYTES = 128;
const XYZ_BYTES = 20;
/** A number of 16 bits for each point, and what is before them. */
const CURVE_BYTES = 12 + 2 * POINTS;

/** ICC.1:2001-04: a matrix, and one curve for all three. */
function written(colours: readonly Triple[], curve: Curve): Uint8Array {
  const tags = ["rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"];
  const start = HEADER_BYTES + 4 + 12 * tags.length;
  const curveAt = start + 3 * XYZ_BYTES;
  const length = curveAt + CURVE_BYTES;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);

  view.setUint32(0, length);
  view.setUint32(8, 0x02400000);
  write(bytes, 12, "mntrRGB XYZ ");
  write(bytes, 36, "acsp");
  setXyz(view, 68, D50);
  view.setUint32(HEADER_BYTES, tags.length);
  for (const [index, tag] of tags.entries()) {
    const entry = HEADER_BYTES + 4 + 12 * index;
    const isCurve = index >= 3;
    write(bytes, entry, tag);
    view.setUint32(entry + 4, isCurve ? curveAt : start + XYZ_BYTES * index);
    view.setUint32(entry + 8, isCurve ? CURVE_BYTES : XYZ_BYTES);
  }
  for (const [index, colour] of colours.entries()) {
    write(bytes, start + XYZ_BYTES * index, "XYZ ");
    setXyz(view, start + XYZ_BYTES * index + 8, colour);
  }
  write(bytes, curveAt, "curv");
  view.setUint32(curveAt + 8, POINTS);
  for (let point = 0; point < POINTS; point++) {
    const light = curve(point / (POINTS - 1));
    view.setUint16(curveAt + 12 + 2 * point, Math.round(65_535 * light));
  }
  return bytes;
}

function write(bytes: Uint8Array, at: number, text: string): void {
  bytes.set(new TextEncoder().encode(text), at);
}

/** Of 16 bits, and 16 of a fraction. */
function setXyz(view: DataView, at: number, values: Triple): void {
  values.forEach((value, index) =>
    view.setInt32(at + 4 * index, Math.round(65_536 * value))
  );
}
