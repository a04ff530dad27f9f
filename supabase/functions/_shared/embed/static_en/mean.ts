/**
 * A text's vector: the mean of its words'. No I/O.
 *
 * It uses what IEEE 754 has to the last bit, and nothing else, so that all
 * machines agree on it: sums, products, quotients and square roots.
 *
 * @module
 */
import { addSketch } from "./sketch.ts";
import { addRow, DIMENSIONS, type Table } from "./table.ts";
import { othersOf } from "./words.ts";

/**
 * The rank at which a word counts half. Words of no meaning are the commonest;
 * frequency falls as rank grows (Zipf), so this is the a ÷ (a + p) of Arora et
 * al., "A simple but tough-to-beat baseline for sentence embeddings", 2017.
 */
const HALF = 1000;

/**
 * How much a word counts that is not known: it is rarer than all that are, of
 * which the vectors have a length of one, on average.
 */
const UNKNOWN = 2;

/** Of one letter of ASCII, which a hyphen or an apostrophe has left over. */
const ASCII = /^[\0-\x7f]$/;

/**
 * The vector of `words`, of unit length. Their order does not matter.
 * `undefined` if they say nothing: none, or "a" and "i".
 */
export function meanOf(
  words: readonly string[],
  table: Table,
): Float32Array | undefined {
  const sum = new Float64Array(DIMENSIONS);
  for (const word of words) add(word, table, sum);
  return shortened(sum);
}

function add(word: string, table: Table, sum: Float64Array): void {
  const rank = rankOf(word, table.ranks);
  if (rank !== undefined) {
    addRow(table, { rank, times: weightOf(rank) }, sum);
  } else if (word !== "" && !ASCII.test(word)) {
    addSketch(word, sum, UNKNOWN);
  }
}

/** Of `word`, or else of what it may be known as. */
export function rankOf(
  word: string,
  ranks: Table["ranks"],
): number | undefined {
  const rank = ranks.get(word);
  if (rank !== undefined) return rank;
  const other = othersOf(word).find((it) => ranks.has(it));
  return other === undefined ? undefined : ranks.get(other);
}

/** How much a word counts, before what its vector's length says of it. */
export function weightOf(rank: number): number {
  return rank / (rank + HALF);
}

/** A direction that depends on nothing but `text`, of unit length. */
export function markOf(text: string): Float32Array {
  const sum = new Float64Array(DIMENSIONS);
  addSketch(text, sum, 1);
  // A text of which even this is zero has not been seen.
  return shortened(sum) ?? markOf(`${text}.`);
}

function shortened(sum: Float64Array): Float32Array | undefined {
  const length = Math.sqrt(sum.reduce((all, it) => all + it * it, 0));
  return length === 0 ? undefined : Float32Array.from(sum, (it) => it / length);
}
