import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { randomOf, sampleOf } from "./random.ts";

Deno.test("randomOf() is the same for the same seed, and even", () => {
  const [one, other] = [randomOf(7), randomOf(7)];
  const many = Array.from({ length: 10_000 }, () => one(10));

  deepStrictEqual(many.slice(0, 9), Array.from({ length: 9 }, () => other(10)));
  for (let digit = 0; digit < 10; digit++) {
    const count = many.filter((it) => it === digit).length;
    ok(count > 900 && count < 1100, `${digit}: ${count}`);
  }
});

Deno.test("sampleOf() takes each once", () => {
  const all = Array.from({ length: 100 }, (_, at) => at);

  const some = sampleOf(all, 60, randomOf(1));

  strictEqual(new Set(some).size, 60);
  ok(some.some((it, at) => it !== at));
  deepStrictEqual(
    sampleOf(all, 200, randomOf(1)).toSorted((a, b) => a - b),
    all,
  );
});
