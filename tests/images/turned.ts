/**
 * One picture, stored in each of the eight ways that EXIF knows. No I/O.
 *
 * @module
 */
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";

/** Where a row and a column are seen, of a picture whose last ones are these. */
type Seen = (row: number, column: number, last: Size) => [x: number, y: number];

/**
 * By the tag's value less one. Source: EXIF 2.32, section 4.6.5, "Orientation":
 * the sides on which the first row and the first column are seen.
 */
const SEEN: readonly Seen[] = [
  (row, column) => [column, row], // top, left
  (row, column, { width }) => [width - column, row], // top, right
  (row, column, { width, height }) => [width - column, height - row],
  (row, column, { height }) => [column, height - row], // bottom, left
  (row, column) => [row, column], // left, top
  (row, column, { width }) => [width - row, column], // right, top
  (row, column, { width, height }) => [width - row, height - column],
  (row, column, { height }) => [row, height - column], // left, bottom
];

/** Pixels of four bytes, in rows. */
export interface Raw extends Size {
  readonly pixels: Uint8Array;
}

/** What has to be stored for `upright` to be seen with this `orientation`. */
export function storedAs(orientation: number, upright: Raw): Raw {
  const seen = SEEN[orientation - 1];
  if (seen === undefined) throw new RangeError(`There is no ${orientation}`);
  const isTurned = orientation >= 5;
  const width = isTurned ? upright.height : upright.width;
  const height = isTurned ? upright.width : upright.height;
  const last = { width: upright.width - 1, height: upright.height - 1 };
  const pixels = new Uint8Array(upright.pixels.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = seen(row, column, last);
      const from = 4 * (y * upright.width + x);
      const pixel = upright.pixels.subarray(from, from + 4);
      pixels.set(pixel, 4 * (row * width + column));
    }
  }
  return { width, height, pixels };
}
