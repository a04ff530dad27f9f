import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { unitVector } from "./unit_vector.ts";

Deno.test("unitVector() has length one, to what a float can tell", () => {
  const numbers = Array.from({ length: 1536 }, (_, at) => Math.sin(at) * 1e3);

  const vector = unitVector(numbers, 1536);

  const sum = vector.reduce((sum, it) => sum + it * it, 0);
  ok(Math.abs(sum - 1) < 1e-6, `${sum}`);
});

Deno.test("unitVector() keeps the direction of what is tiny, or huge for a float", () => {
  deepStrictEqual(unitVector([0, -1e-40], 2), Float32Array.of(0, -1));
  deepStrictEqual(unitVector([1e100, 0], 2), Float32Array.of(1, 0));
});

const WRONG: [why: string, numbers: ArrayLike<unknown>, said: RegExp][] = [
  ["too few", [1], /has 1 dimensions instead of 2/],
  ["too many", [1, 2, 3], /has 3 dimensions instead of 2/],
  ["nothing but zeros", [0, -0], /all zero/],
  ["NaN", Float32Array.of(1, NaN), /not finite/],
  ["infinity", [1, -Infinity], /not finite/],
  ["what overflows", [1e200, 1e200], /not finite/],
  ["null, which is what JSON makes of NaN", [1, null], /not of numbers/],
  ["texts", ["1", "2"], /not of numbers/],
  ["a hole", Array(2), /not of numbers/],
];

for (const [why, numbers, message] of WRONG) {
  Deno.test(`unitVector() takes no ${why} for a vector`, () => {
    throws(() => unitVector(numbers, 2), { kind: "failed", message });
  });
}
