/**
 * Vectors for words that nobody knows: names, codes, slips of the pen. They
 * mean nothing, but a word is like itself, and a little like its misspelling.
 * No I/O.
 *
 * @module
 */
import { DIMENSIONS } from "./table.ts";

/** Letters that are looked at together; the ends of a word count as letters. */
const TOGETHER = 3;

/**
 * Adds the sum of pseudo-random directions, one for each three letters of
 * `word`, to `sum`: `times` a vector of unit length.
 *
 * @example A code is like itself
 * ```ts
 * import { deepStrictEqual, notDeepStrictEqual } from "node:assert/strict";
 * import { addSketch } from "./sketch.ts";
 *
 * const of = (word: string) => {
 *   const sum = new Float64Array(100);
 *   addSketch(word, sum, 1);
 *   return sum;
 * };
 *
 * deepStrictEqual(of("e4107"), of("e4107"));
 * notDeepStrictEqual(of("e4107"), of("e4108"));
 * ```
 */
export function addSketch(
  word: string,
  sum: Float64Array,
  times: number,
): void {
  const own = new Float64Array(DIMENSIONS);
  const letters = `<${word}>`;
  const last = Math.max(0, letters.length - TOGETHER);
  for (let at = 0; at <= last; at++) {
    addDirection(hashOf(letters.slice(at, at + TOGETHER)), own);
  }
  const length = Math.sqrt(own.reduce((all, it) => all + it * it, 0));
  // Directions that cancel each other out: nothing that a text would miss.
  if (length === 0) return;
  for (const [at, it] of own.entries()) {
    sum[at] = (sum[at] ?? 0) + times * it / length;
  }
}

/** Adds one of the 2³² corners of the cube, of ones, that hashes lead to. */
function addDirection(hash: number, own: Float64Array): void {
  let bits = 0;
  for (let at = 0; at < DIMENSIONS; at++) {
    if (at % 32 === 0) bits = mixed(hash + at);
    own[at] = (own[at] ?? 0) + ((bits >>> at % 32 & 1) === 1 ? 1 : -1);
  }
}

/** FNV-1a of 32 bits, over UTF-16. */
function hashOf(letters: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < letters.length; at++) {
    hash = Math.imul(hash ^ letters.charCodeAt(at), 0x01000193);
  }
  return hash;
}

/** The last steps of MurmurHash3, by which every bit depends on every other. */
function mixed(hash: number): number {
  let bits = hash ^ hash >>> 16;
  bits = Math.imul(bits, 0x85ebca6b);
  bits = Math.imul(bits ^ bits >>> 13, 0xc2b2ae35);
  return bits ^ bits >>> 16;
}
