import { deepStrictEqual } from "node:assert/strict";
import { othersOf, wordsOf } from "./words.ts";

const WORDS: [why: string, text: string, words: string[]][] = [
  ["nothing", "", []],
  ["signs alone", " … !? ", []],
  ["words of any script", "Über ÉTÉ жук 東京", ["über", "été", "жук", "東京"]],
  ["letters that are put together", "cafe\u0301 ﬁne", ["café", "fine"]],
  ["codes", "E-4107_b (v2.10)", ["e", "4107", "b", "v2", "10"]],
  ["owners, by either sign", "Tom's Tom’s", ["tom", "tom"]],
  ["what is contracted", "we're can't", ["we", ""]],
  ["quotes", "'tis 'so'", ["tis", "so"]],
  ["a name with an apostrophe", "O'Brien", ["o", "brien"]],
];

for (const [why, text, words] of WORDS) {
  Deno.test(`wordsOf() reads ${why}`, () => {
    deepStrictEqual(wordsOf(text), words);
  });
}

const OTHERS: [word: string, others: string[]][] = [
  ["dogs", ["dog"]],
  ["ties", ["tie"]],
  ["boxes", ["boxe", "box"]],
  ["gas", []],
  ["glass", []],
  ["virus", []],
  ["basis", []],
  ["café", ["cafe"]],
  ["\u0301", []],
];

for (const [word, others] of OTHERS) {
  Deno.test(`othersOf() knows ${JSON.stringify(word)} as "${others}"`, () => {
    deepStrictEqual(othersOf(word), others);
  });
}
