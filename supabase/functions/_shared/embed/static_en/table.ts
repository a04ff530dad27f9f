/**
 * The vectors of the words that are known, as they are packed. No I/O.
 *
 * One row a word, of 50 bytes, the commonest word first; behind the rows the
 * words themselves, in UTF-8, a line each. A byte has two numbers, the first
 * one in its lower half; 8 stands for zero.
 *
 * @module
 */

/** Of a vector. */
export const DIMENSIONS = 100;

/**
 * Of a number of a row. The vectors have a length of one, on average.
 *
 * Finer costs more than it brings: `bench/README.md`, `static_en`.
 */
export const STEP = 0.075;

/** The farthest from zero, in steps. Beyond lie, and are cut, 3 in 10,000 at most. */
export const MOST = 7;

const ZERO = 8;
const ROW = DIMENSIONS / 2;

/** Words, and what they mean. */
export interface Table {
  /** By how common the word is, from 0. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly rows: Uint8Array;
}

/** A table as it is stored. */
export function pack(
  words: readonly string[],
  steps: Int8Array,
): Uint8Array<ArrayBuffer> {
  const names = new TextEncoder().encode(words.join("\n"));
  const bytes = new Uint8Array(words.length * ROW + names.length);
  for (let at = 0; at < words.length * ROW; at++) {
    const low = (steps[2 * at] ?? 0) + ZERO;
    const high = (steps[2 * at + 1] ?? 0) + ZERO;
    bytes[at] = low | high << 4;
  }
  bytes.set(names, words.length * ROW);
  return bytes;
}

/**
 * The table of `count` words that is in `bytes`.
 *
 * @example Keep one word
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { DIMENSIONS, pack, tableOf } from "./table.ts";
 *
 * const bytes = pack(["cat"], new Int8Array(DIMENSIONS));
 *
 * strictEqual(tableOf(bytes, 1).ranks.get("cat"), 0);
 * ```
 */
export function tableOf(bytes: Uint8Array, count: number): Table {
  const names = new TextDecoder().decode(bytes.subarray(count * ROW));
  const ranks = new Map<string, number>();
  for (const word of names.split("\n")) ranks.set(word, ranks.size);
  return { ranks, rows: bytes.subarray(0, count * ROW) };
}

/** Adds the vector of a word to `sum`, `times` over. */
export function addRow(
  { rows }: Table,
  { rank, times }: { readonly rank: number; readonly times: number },
  sum: Float64Array,
): void {
  const unit = times * STEP;
  const from = rank * ROW;
  for (let at = 0; at < ROW; at++) {
    const both = rows[from + at] ?? 0;
    const low = (both & 15) - ZERO;
    const high = (both >> 4) - ZERO;
    sum[2 * at] = (sum[2 * at] ?? 0) + unit * low;
    sum[2 * at + 1] = (sum[2 * at + 1] ?? 0) + unit * high;
  }
}
