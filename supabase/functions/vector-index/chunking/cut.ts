/**
 * Cuts text that has no sentences or lines to part at. No I/O.
 *
 * @module
 */
import { reach } from "./tokens.ts";

/** What a person sees as one character. Source: Unicode, Standard Annex #29. */
const CHARACTERS = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Units of UTF-16 in which a character ends: families are 11. */
const WINDOW = 40;

/** Where a long word may part, and where a clause ends in Chinese. */
const CLAUSE_END = /[,;:.!?/\\|&=_\-，、；：。！？」）\u200B]/;

/**
 * The parts of a text that cost no more than `room`, up to a character that
 * alone costs more. Each is as long as can be, and at least half of that where
 * it ends with a word; where there is none, with a clause or a character. One
 * after another they are the text.
 *
 * @example Between words, and in a word
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { cut } from "./cut.ts";
 *
 * deepEqual(cut("one two three", 300), ["one two ", "three"]);
 * deepEqual(cut("千里之行", 300), ["千里", "之行"]);
 * ```
 */
export function cut(text: string, room: number): string[] {
  const parts: string[] = [];
  let from = 0;
  while (from < text.length) {
    const { end } = reach(text, from, room);
    if (end === from) break;
    const to = end === text.length ? end : border(text, from, end);
    parts.push(text.slice(from, to));
    from = to;
  }
  return parts;
}

/** Where to part, at most at `end`. */
function border(text: string, from: number, end: number): number {
  const middle = Math.floor((from + end) / 2);
  let clause = 0;
  for (let at = end; at > middle; at--) {
    const before = text.charAt(at - 1);
    if (before.trim() === "") return at;
    if (at === end && text.charAt(at).trim() === "") return at;
    if (clause === 0 && CLAUSE_END.test(before)) clause = at;
  }
  return clause || characterStart(text, from, end);
}

/** They begin a character: Latin letters among others, and Han. */
const BEGINS = /^[\0-\u02FF\u3400-\u9FFF]/;

/** The end, or the start of the character that it would part. */
function characterStart(text: string, from: number, end: number): number {
  if (BEGINS.test(text.charAt(end))) return end;
  const around = CHARACTERS.segment(text.slice(from, end + WINDOW));
  const index = around.containing(end - from)?.index ?? 0;
  return index === 0 ? end : from + index;
}
