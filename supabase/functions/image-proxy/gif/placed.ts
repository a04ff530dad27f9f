/**
 * A picture on a larger one of nothing, a row at a time. No I/O.
 *
 * @module
 */
import type { Part } from "../engine/geometry.ts";
import type { ReadRow } from "../engine/source.ts";

/**
 * Rows of what surrounds `part`, which is `rows`, of 4 bytes a pixel.
 *
 * @example A pixel in a row of three
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { placed } from "./placed.ts";
 *
 * const part = { left: 1, top: 0, width: 1, height: 1 };
 * const into = new Uint8Array(12);
 * placed(Uint8Array.of(1, 2, 3, 255), part)(0, into);
 *
 * deepEqual([...into], [0, 0, 0, 0, 1, 2, 3, 255, 0, 0, 0, 0]);
 * ```
 */
export function placed(
  rows: Uint8Array,
  { left, top, width, height }: Part,
): ReadRow {
  const stride = 4 * width;
  return (y, into) => {
    into.fill(0);
    if (y < top || y >= top + height) return;
    const from = (y - top) * stride;
    into.set(rows.subarray(from, from + stride), 4 * left);
  };
}
