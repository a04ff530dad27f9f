/**
 * Vectors of length one, out of what a provider says are vectors. No I/O.
 *
 * @module
 */
import { EmbedFault } from "./embedder.ts";

/**
 * The direction of `numbers`: what databases compare fastest, and what models
 * that shorten their vectors do not give.
 *
 * @throws {EmbedFault} "failed" unless they are `dimensions` finite numbers, and
 * not all zero.
 *
 * @example Three and four are the legs of five
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { unitVector } from "./unit_vector.ts";
 *
 * deepEqual(unitVector([3, 4], 2), Float32Array.of(0.6, 0.8));
 * ```
 */
export function unitVector(
  numbers: ArrayLike<unknown>,
  dimensions: number,
): Float32Array {
  const { length } = numbers;
  if (length !== dimensions) {
    throw failed(`A vector has ${length} dimensions instead of ${dimensions}`);
  }
  let sum = 0;
  for (let at = 0; at < length; at++) {
    const value = numbers[at];
    if (typeof value !== "number") throw failed("A vector is not of numbers");
    sum += value * value;
  }
  const norm = Math.sqrt(sum);
  if (!(norm > 0 && norm < Infinity)) {
    throw failed("A vector is all zero, or not finite");
  }
  // Not by Float32Array.from(), which takes five times as long.
  const vector = new Float32Array(dimensions);
  for (let at = 0; at < length; at++) vector[at] = Number(numbers[at]) / norm;
  return vector;
}

function failed(message: string): EmbedFault {
  return new EmbedFault("failed", message);
}
