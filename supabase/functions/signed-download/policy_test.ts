import { strictEqual } from "node:assert/strict";
import { BUCKET_NAMES, BUCKETS, lifetimeOf, WINDOW_S } from "./policy.ts";

const LIFETIMES: [why: string, asked: number, expected: number][] = [
  ["the shortest", 1, 2],
  ["a second less than the window", WINDOW_S - 1, 2 * WINDOW_S - 2],
  ["the window", WINDOW_S, 2 * WINDOW_S],
  ["a second more than the window", WINDOW_S + 1, 2 * WINDOW_S + 1],
  ["a day", 86_400, 86_400 + WINDOW_S],
];

for (const [why, asked, expected] of LIFETIMES) {
  Deno.test(`lifetimeOf() adds a window to ${why}`, () => {
    strictEqual(lifetimeOf(asked), expected);
  });
}

Deno.test("every bucket has a cap that is a time", () => {
  for (const name of BUCKET_NAMES) {
    const { maxLifetimeS } = BUCKETS[name];
    strictEqual(Number.isSafeInteger(maxLifetimeS) && maxLifetimeS > 0, true);
  }
});
