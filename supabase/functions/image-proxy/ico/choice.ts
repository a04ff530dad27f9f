/**
 * Which of its pictures an icon is. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import type { Picture } from "./directory.ts";

type Choosable = Pick<Picture, "size" | "bits">;

/**
 * The smallest of `pictures` that is as large as `need`, or else the largest; of
 * those of one size the one with the most colours, and of these the first.
 *
 * @example What is needed is between two sizes
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { bestOf } from "./choice.ts";
 *
 * const pictures = [16, 32, 256, 48].map((side) => (
 *   { size: { width: side, height: side }, bits: 32 }
 * ));
 *
 * deepEqual(bestOf(pictures, { width: 40, height: 20 }), pictures[3]);
 * deepEqual(bestOf(pictures, { width: 300, height: 300 }), pictures[2]);
 * ```
 */
export function bestOf<T extends Choosable>(
  pictures: readonly T[],
  need: Size,
): T | undefined {
  const large = pictures.filter(({ size }) =>
    size.width >= need.width && size.height >= need.height
  );
  const isGrowing = large.length > 0;
  return (isGrowing ? large : [...pictures]).sort((a, b) => {
    const larger = areaOf(a) - areaOf(b);
    return (isGrowing ? larger : -larger) || b.bits - a.bits;
  })[0];
}

/** The largest. */
export function largestOf<T extends Choosable>(
  pictures: readonly T[],
): T | undefined {
  return bestOf(pictures, { width: Infinity, height: Infinity });
}

function areaOf({ size }: Choosable): number {
  return size.width * size.height;
}
