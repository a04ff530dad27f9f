import { ok, strictEqual } from "node:assert/strict";
import { distanceOf, flawOf, type Metric } from "./float32.ts";

const FLT_MAX = 3.4028234663852886e38;

// As measured of S3 Vectors in public by others: an index of four dimensions.
const FLAWS: [why: string, vector: number[], metric: Metric, flaw?: string][] =
  [
    ["the largest", [FLT_MAX, 1, 1, 1], "cosine"],
    [
      "what is larger",
      [1e39, 1, 1, 1],
      "cosine",
      "vector contains NaNs or Infs",
    ],
    ["the smallest", [1.5e-45, 0, 0, 0], "cosine"],
    [
      "what is smaller",
      [1e-46, 0, 0, 0],
      "cosine",
      "cosine distance does not support vectors with zero norm",
    ],
    ["no length by euclidean", [0, 0, 0, 0], "euclidean"],
    [
      "two dimensions",
      [1, 2],
      "euclidean",
      "vector must have length 4, but has length 2",
    ],
  ];

for (const [why, vector, metric, flaw] of FLAWS) {
  Deno.test(`flawOf() ${flaw ? "refuses" : "takes"} ${why}`, () => {
    const float32 = Float32Array.from(vector);

    strictEqual(flawOf(float32, { dimension: 4, metric }), flaw);
  });
}

const DISTANCES: [why: string, Metric, number[], number[], expected: number][] =
  [
    ["the same direction", "cosine", [1, 2], [2, 4], 0],
    // 1.0000000000000002 apart from that.
    ["itself, as it is rounded", "cosine", [3, 3], [3, 3], 0],
    ["the opposite", "cosine", [1, 2], [-1, -2], 2],
    ["a right angle", "cosine", [1, 0], [0, 5], 1],
    ["the largest", "cosine", [FLT_MAX, FLT_MAX], [1, 1], 0],
    ["the smallest", "cosine", [1e-45, 1e-45], [1, 1], 0],
    ["a place", "euclidean", [1, 2], [1, 2], 0],
    ["a diagonal", "euclidean", [1, 1], [4, 5], 5],
  ];

for (const [why, metric, a, b, expected] of DISTANCES) {
  Deno.test(`distanceOf() is ${expected} for ${why} by ${metric}`, () => {
    const found = distanceOf(
      metric,
      Float32Array.from(a),
      Float32Array.from(b),
    );

    ok(Math.abs(found - expected) < 1e-12 && found >= 0, `${found}`);
  });
}
