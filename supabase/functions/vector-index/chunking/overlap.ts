/**
 * What a chunk repeats of the one before. No I/O.
 *
 * @module
 */
import { costIn, GAP_COSTS, partsOf, type Piece, textOf } from "./piece.ts";
import { costOf } from "./tokens.ts";

/** Words, and the clauses of what is written without spaces. */
const WORDS = /[^\s，、；：]+[\s，、；：]*/g;

/**
 * The last sentences of some pieces that cost no more than `budget`, in
 * hundredths of a token; its last words, if the last sentence alone costs more.
 * A heading is not repeated: the path says it.
 *
 * @example The last of two sentences
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { overlapOf } from "./overlap.ts";
 * import { pieceOf } from "./piece.ts";
 *
 * const text = "Here is one. Here is another.";
 * const piece = pieceOf({ kind: "prose", text, level: 0 }, "\n\n");
 *
 * equal(overlapOf([piece], 700), "Here is another.");
 * equal(overlapOf([piece], 450), "is another.");
 * ```
 */
export function overlapOf(pieces: readonly Piece[], budget: number): string {
  const from = pieces.findLastIndex(({ kind }) => kind === "heading") + 1;
  const whole = lastThatFit(pieces.slice(from), budget);
  const before = pieces[pieces.length - whole.length - 1];
  const isMore = pieces.length - whole.length > from;
  if (!isMore || before === undefined) return textOf(whole);
  const left = budget - costIn(whole) - GAP_COSTS[whole[0]?.gap ?? ""];
  const parts = partsOf(before);
  const last = lastThatFit(parts, left);
  if (last.length + whole.length > 0) return textOf([...last, ...whole]);
  return lastWords(parts.at(-1)?.text ?? "", budget);
}

/** As many as there is room for, the last one among them. */
function lastThatFit(pieces: readonly Piece[], budget: number): Piece[] {
  let cost = 0;
  let from = pieces.length;
  for (; from > 0; from--) {
    const piece = pieces[from - 1];
    const after = pieces[from];
    if (piece === undefined) break;
    cost += piece.cost + (after === undefined ? 0 : GAP_COSTS[after.gap]);
    if (cost > budget) break;
  }
  return pieces.slice(from);
}

function lastWords(text: string, budget: number): string {
  const words = text.match(WORDS) ?? [];
  let from = words.length;
  let cost = 0;
  for (; from > 0; from--) {
    cost += costOf(words[from - 1] ?? "") + GAP_COSTS[""];
    if (cost > budget) break;
  }
  return words.slice(from).join("");
}
