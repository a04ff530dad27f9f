/**
 * Pictures that are stored turned or mirrored. No I/O.
 *
 * @module
 */
import type { Part, Plan, Size } from "./geometry.ts";

/** As EXIF counts: 1 is upright, 5 to 8 have rows that are columns. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** By EXIF 2.32, section 4.6.5: the sides that first row and column are on. */
const FROM_RIGHT: ReadonlySet<number> = new Set([2, 3, 6, 7]);
const FROM_BOTTOM: ReadonlySet<number> = new Set([3, 4, 7, 8]);

/** The size of a picture once it is upright, or of an upright one as stored. */
export function turned(size: Size, orientation: Orientation): Size {
  if (orientation < 5) return size;
  return { width: size.height, height: size.width };
}

/** A plan for the upright picture of size `upright`, for the stored one. */
export function asStored(
  { part, size }: Plan,
  upright: Size,
  orientation: Orientation,
): Plan {
  const x = FROM_RIGHT.has(orientation)
    ? upright.width - part.left - part.width
    : part.left;
  const y = FROM_BOTTOM.has(orientation)
    ? upright.height - part.top - part.height
    : part.top;
  const stored: Part = orientation < 5
    ? { left: x, top: y, width: part.width, height: part.height }
    : { left: y, top: x, width: part.height, height: part.width };
  return { part: stored, size: turned(size, orientation) };
}
