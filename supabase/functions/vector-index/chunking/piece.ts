/**
 * The pieces that a block may part into, from paragraphs down to words. No I/O.
 *
 * @module
 */
import type { Block } from "./block.ts";
import { cut } from "./cut.ts";
import { isBlank } from "./safe.ts";
import { costOf, TOKEN } from "./tokens.ts";

/** What stands between a piece and the one before it. */
export type Gap = "" | " " | "\n" | "\n\n";

export interface Piece {
  readonly kind: Block["kind"];
  /** Not blank. */
  readonly text: string;
  /** In hundredths of a token. */
  readonly cost: number;
  readonly gap: Gap;
  /** Whether it may have parts: a block in one piece. */
  readonly isBlock: boolean;
}

/**
 * In hundredths of a token. A word that goes on costs at most this more than
 * its parts: a part begins with four letters that are one token.
 */
export const GAP_COSTS: Readonly<Record<Gap, number>> = {
  "": 10,
  " ": 0,
  "\n": TOKEN,
  "\n\n": TOKEN,
};

/**
 * Sentences end where Unicode says (Standard Annex #29). It takes V8 15 ms for
 * 1 MB of English under Deno 2.1.4, and grows with the length, whatever is in
 * it. The language is given, or it would be the machine's.
 */
const SENTENCES = new Intl.Segmenter("en", { granularity: "sentence" });

/** A line that ends for its width alone, not for an item after it. */
const SOFT_BREAK = /\n(?!(?:[-*•–]|\d{1,9}[.)]) )/g;

const LINE = /[^\n]*\n|[^\n]+/g;

/** A block in one piece. */
export function pieceOf({ kind, text }: Block, gap: Gap): Piece {
  return { kind, text, cost: costOf(text), gap, isBlock: true };
}

/** With the gaps between them. */
export function costIn(pieces: readonly Piece[]): number {
  const gaps = pieces.slice(1).reduce((sum, it) => sum + GAP_COSTS[it.gap], 0);
  return pieces.reduce((sum, { cost }) => sum + cost, gaps);
}

/** With the gaps between them. */
export function textOf(pieces: readonly Piece[]): string {
  return pieces.map(({ gap, text }, at) => at === 0 ? text : gap + text)
    .join("");
}

/** The sentences of prose, or the lines of what has no sentences. */
export function partsOf(piece: Piece): readonly Piece[] {
  if (!piece.isBlock) return [piece];
  return piece.kind === "lines" ? linesOf(piece) : sentencesOf(piece);
}

/** Parts of a piece that cost no more than `limit`; cut ones, than `room`. */
export function fitting(piece: Piece, limit: number, room: number): Piece[] {
  const isGood = (it: Piece) => it.cost <= limit;
  return partsOf(piece).flatMap((part) =>
    isGood(part)
      ? [part]
      : linesOf(part).flatMap((line) =>
        isGood(line) ? [line] : cutPiece(line, room)
      )
  );
}

/** Parts of a piece that cost no more than `room`, at words if there are any. */
export function cutPiece(piece: Piece, room: number): Piece[] {
  return pieces(piece, cut(piece.text, room));
}

function sentencesOf(piece: Piece): Piece[] {
  const unwrapped = piece.text.replaceAll(SOFT_BREAK, " ");
  const texts = Array.from(
    SENTENCES.segment(unwrapped),
    ({ index, segment }) => piece.text.slice(index, index + segment.length),
  );
  return pieces(piece, texts);
}

function linesOf(piece: Piece): Piece[] {
  return pieces(piece, piece.text.match(LINE) ?? []);
}

/** The pieces whose texts, one after another, are the text of `whole`. */
function pieces({ kind, gap }: Piece, texts: readonly string[]): Piece[] {
  const all: Piece[] = [];
  let next = gap;
  let space = "";
  for (const raw of texts) {
    const text = kind === "lines" ? raw.trimEnd() : raw.trim();
    if (isBlank(text)) {
      space += raw;
      continue;
    }
    const front = raw.slice(0, raw.indexOf(text));
    if (all.length > 0) next = gapOf(space + front);
    all.push({ kind, text, cost: costOf(text), gap: next, isBlock: false });
    space = raw.slice(front.length + text.length);
  }
  return all;
}

/** What is left of the blank text between two pieces. */
function gapOf(space: string): Gap {
  const breaks = space.split("\n").length - 1;
  if (breaks > 0) return breaks === 1 ? "\n" : "\n\n";
  return space === "" ? "" : " ";
}
