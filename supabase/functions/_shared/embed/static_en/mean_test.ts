import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import { markOf, meanOf } from "./mean.ts";
import { DIMENSIONS, pack, STEP, tableOf } from "./table.ts";

/** Each word's vector is along an axis of its own, by rank. */
const WORDS = Array.from({ length: 100 }, (_, at) => `w${at}`);
const steps = new Int8Array(WORDS.length * DIMENSIONS);
for (const at of WORDS.keys()) steps[at * DIMENSIONS + at] = 1;
const table = tableOf(pack(WORDS, steps), WORDS.length);

Deno.test("meanOf() weighs a word by its rank ÷ (its rank + 1000)", () => {
  const mean = meanOf(["w50", "w99"], table);

  const ratio = (mean?.[99] ?? NaN) / (mean?.[50] ?? NaN);
  ok(Math.abs(ratio - (99 / 1099) / (50 / 1050)) < 1e-6, `${ratio}`);
});

Deno.test("meanOf() counts a word as often as it is there", () => {
  const mean = meanOf(["w50", "w50", "w50", "w99"], table);

  const ratio = (mean?.[99] ?? NaN) / (mean?.[50] ?? NaN);
  ok(Math.abs(ratio - (99 / 1099) / (3 * 50 / 1050)) < 1e-6, `${ratio}`);
});

Deno.test("meanOf() takes the plural of a word that is known for the word", () => {
  deepStrictEqual(meanOf(["w50s"], table), meanOf(["w50"], table));
});

Deno.test("meanOf() gives a word that is not known the weight of two", () => {
  const codeAlone = meanOf(["e4107"], table) ?? [];
  const both = meanOf(["e4107", "w99"], table) ?? [];

  // Of the code there is twice what it is alone; the rest is along one axis.
  const times = (both[0] ?? NaN) / (codeAlone[0] ?? NaN);
  const own = (both[99] ?? NaN) / times - (codeAlone[99] ?? NaN);
  ok(Math.abs(own - STEP * 99 / 1099 / 2) < 1e-6, `${own}`);
});

const NOTHING: [why: string, words: string[]][] = [
  ["no words", []],
  ["what an apostrophe leaves", [""]],
  ["one letter", ["a", "i"]],
  ["the commonest word alone", ["w0"]],
];

for (const [why, words] of NOTHING) {
  Deno.test(`meanOf() has nothing for ${why}`, () => {
    strictEqual(meanOf(words, table), undefined);
  });
}

Deno.test("meanOf() has something for a word of one character that is no letter of ours", () => {
  ok(meanOf(["京"], table));
});

Deno.test("markOf() is one for each text", () => {
  deepStrictEqual(markOf("!"), markOf("!"));
  notDeepStrictEqual(markOf("!"), markOf("?"));
});
