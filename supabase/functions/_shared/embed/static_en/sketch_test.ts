import { deepStrictEqual, ok } from "node:assert/strict";
import { addSketch } from "./sketch.ts";

function sketchOf(word: string): Float64Array {
  const sum = new Float64Array(100);
  addSketch(word, sum, 1);
  return sum;
}

function likeness(one: string, other: string): number {
  const theirs = sketchOf(other);
  return sketchOf(one).reduce((sum, it, at) => sum + it * (theirs[at] ?? 0), 0);
}

for (const word of ["", "x", "xy", "e4107", "東京"]) {
  Deno.test(`addSketch() adds a vector of length one for "${word}"`, () => {
    ok(Math.abs(Math.hypot(...sketchOf(word)) - 1) < 1e-12);
  });
}

Deno.test("addSketch() adds to what is there, as much as it is told to", () => {
  const sum = new Float64Array(100).fill(1);

  addSketch("x", sum, 2);

  deepStrictEqual(sum, sketchOf("x").map((it) => 1 + 2 * it));
});

Deno.test("addSketch() puts words that share nothing at right angles, nearly", () => {
  const codes = Array.from({ length: 100 }, (_, at) => `${at}`.repeat(3));
  const strangers = codes.flatMap((one, at) =>
    codes.slice(at + 1)
      .filter((it) => it[0] !== one[0] && it.at(-1) !== one.at(-1))
      .map((it) => likeness(one, it))
  );

  const mean = strangers.reduce((sum, it) => sum + it, 0) / strangers.length;
  ok(Math.abs(mean) < 0.05, `${mean}`);
});

Deno.test("addSketch() puts a slip of the pen near what was meant", () => {
  ok(likeness("klarvik", "klarvick") > 0.5);
});
