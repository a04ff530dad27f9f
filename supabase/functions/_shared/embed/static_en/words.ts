/**
 * The words of a text. No I/O.
 *
 * @module
 */

/** With what an apostrophe adds: "'s" and "'re" mean little, "n't" no more. */
const WORD = /[\p{L}\p{N}\p{M}]+(?:['’]\p{L}{1,2}(?![\p{L}\p{N}]))?/gu;

/** Letters to either side of it. */
const APOSTROPHE = /['’]/;

/**
 * The words of `text`, in order, in lower case: runs of letters and digits of
 * any script. What is contracted with "not" is a word without letters: it is
 * counted, and says nothing.
 *
 * @example Take a sentence apart
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { wordsOf } from "./words.ts";
 *
 * const words = wordsOf("The dog's E-4107 doesn't bark.");
 *
 * deepStrictEqual(words, ["the", "dog", "e", "4107", "", "bark"]);
 * ```
 */
export function wordsOf(text: string): string[] {
  const found = text.normalize("NFKC").toLowerCase().match(WORD) ?? [];
  return found.map(withoutTail);
}

function withoutTail(word: string): string {
  const [head = "", tail] = word.split(APOSTROPHE);
  return tail === "t" ? "" : head;
}

/** "boss", "this" and "virus" are of one thing. */
const PLURAL = /[^sui]s$/;

/** Accents, once they are apart from their letters. */
const MARKS = /\p{M}/gu;

/**
 * What else a word may be known as, the likeliest first: the one of which it
 * is several, and the one without accents.
 *
 * @example Look for a city
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { othersOf } from "./words.ts";
 *
 * deepStrictEqual(othersOf("cities"), ["city", "citie", "citi"]);
 * deepStrictEqual(othersOf("málaga"), ["malaga"]);
 * deepStrictEqual(othersOf("bus"), []);
 * ```
 */
export function othersOf(word: string): string[] {
  const others: string[] = [];
  // What is shorter, as "ties" and "gas", is no such plural, or none.
  if (word.length > 4 && word.endsWith("ies")) {
    others.push(`${word.slice(0, -3)}y`);
  }
  if (word.length > 3 && PLURAL.test(word)) others.push(word.slice(0, -1));
  if (word.length > 4 && word.endsWith("es")) others.push(word.slice(0, -2));
  const bare = word.normalize("NFD").replaceAll(MARKS, "");
  if (bare !== word && bare !== "") others.push(bare);
  return others;
}
