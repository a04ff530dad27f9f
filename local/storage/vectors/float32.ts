/**
 * Vectors: what an index takes, and how they are kept. No I/O.
 *
 * @module
 */

/** How far apart two vectors are. */
export type Metric = "cosine" | "euclidean";

/** What an index asks of its vectors. */
export interface Shape {
  readonly dimension: number;
  readonly metric: Metric;
}

/**
 * What is wrong with `vector` for an index of this shape, in the words of S3
 * Vectors, or `undefined`.
 *
 * @example A vector of two dimensions for an index of three
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const shape = { dimension: 3, metric: "cosine" } as const;
 *
 * strictEqual(
 *   flawOf(Float32Array.of(1, 2), shape),
 *   "vector must have length 3, but has length 2",
 * );
 * strictEqual(flawOf(Float32Array.of(1, 2, 3), shape), undefined);
 * ```
 */
export function flawOf(
  vector: Float32Array,
  { dimension, metric }: Shape,
): string | undefined {
  const { length } = vector;
  if (length !== dimension) {
    return `vector must have length ${dimension}, but has length ${length}`;
  }
  if (!vector.every(Number.isFinite)) return "vector contains NaNs or Infs";
  if (metric === "cosine" && vector.every((it) => it === 0)) {
    return "cosine distance does not support vectors with zero norm";
  }
  return undefined;
}

/**
 * How far `b` is from `a`, which have as many dimensions: 0 for the same
 * direction and 2 for the opposite, or the length of the way.
 *
 * @example A right angle, and the hypotenuse of 3 and 4
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const [a, b] = [Float32Array.of(3, 0), Float32Array.of(0, 4)];
 *
 * strictEqual(distanceOf("cosine", a, b), 1);
 * strictEqual(distanceOf("euclidean", a, b), 5);
 * ```
 */
export function distanceOf(
  metric: Metric,
  a: Float32Array,
  b: Float32Array,
): number {
  let [dot, aa, bb, square] = [0, 0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    const [x = 0, y = 0] = [a[at], b[at]];
    dot += x * y;
    aa += x * x;
    bb += y * y;
    square += (x - y) ** 2;
  }
  if (metric === "euclidean") return Math.sqrt(square);
  const cosine = dot / Math.sqrt(aa) / Math.sqrt(bb);
  // What is rounded may be past the ends.
  return 1 - Math.min(Math.max(cosine, -1), 1);
}

/**
 * The bytes of `vector`, in base64: what Postgres reads and writes faster than
 * a list of numbers.
 *
 * @example There and back
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * const vector = Float32Array.of(1, -0.5);
 *
 * strictEqual(encode(vector), "AACAPwAAAL8=");
 * deepStrictEqual(decode(encode(vector)), vector);
 * ```
 */
export function encode(vector: Float32Array<ArrayBuffer>): string {
  return new Uint8Array(vector.buffer).toBase64();
}

/** The vector that `encode` has written, whatever lines it is broken into. */
export function decode(base64: string): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint8Array.fromBase64(base64).buffer);
}
