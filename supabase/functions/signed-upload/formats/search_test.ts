import { strictEqual } from "node:assert/strict";
import { indexOf, lastIndexOf } from "./search.ts";
import { join } from "./testing/fixtures.ts";

const ROWS: [bytes: string, text: string, first: number, last: number][] = [
  ["", "ab", -1, -1],
  ["a", "ab", -1, -1],
  ["ab", "ab", 0, 0],
  ["aab", "ab", 1, 1],
  ["ab\0ab", "ab", 0, 3],
  ["aba", "ab", 0, 0],
  ["\xff\xfe", "\xfe", 1, 1],
];

for (const [bytes, text, first, last] of ROWS) {
  const title = `${JSON.stringify(text)} in ${JSON.stringify(bytes)}`;

  Deno.test(`indexOf() and lastIndexOf() place ${title}`, () => {
    strictEqual(indexOf(join(bytes), text), first);
    strictEqual(lastIndexOf(join(bytes), text), last);
  });
}

Deno.test("indexOf() begins where it is told", () => {
  strictEqual(indexOf(join("abab"), "ab", 1), 2);
  strictEqual(indexOf(join("abab"), "ab", 3), -1);
});
