/**
 * Text that Postgres and a model can take, and how blank text is told. No I/O.
 *
 * Postgres refuses U+0000 in text, and UTF-8 has no lone surrogates. What is
 * left is composed (NFC, Unicode Standard Annex #15), so that a word which was
 * typed in two ways is one word to the full-text index, and costs one embedding.
 * Compatibility forms (NFKC) stay, since they tell m² from m2.
 *
 * @module
 */

const BREAKS = /\r\n?|[\u0085\u2028\u2029]/g;
/** They say where a word may break, or which end of a file is first. */
const UNSEEN = /[\u00AD\u2060\uFEFF]/g;
const CONTROLS = /[^\P{Cc}\n\t]/gu;

/**
 * The marks that a letter may carry, as many as in UAX #15, §13. To compose is
 * quadratic in their number: 400,000 of them took V8 44 s.
 */
const MARKS = /(\p{M}{30})\p{M}{1,1000}/gu;

/** No space, and not what nobody sees alone: joiners, fillers, selectors. */
const SEEN = /[^\s\p{Cf}\p{Default_Ignorable_Code_Point}]/u;

/**
 * A text without what cannot be stored: lone surrogates are U+FFFD, controls
 * but tabs and line breaks are spaces, and all line breaks are U+000A.
 *
 * @example A control, and half a pair
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { safe } from "./safe.ts";
 *
 * equal(safe("a\0b\r\n\uD83D"), "a b\n\uFFFD");
 * ```
 */
export function safe(text: string): string {
  return text.toWellFormed()
    .replaceAll(BREAKS, "\n")
    .replaceAll(UNSEEN, "")
    .replaceAll(CONTROLS, " ");
}

/**
 * A text in its composed form, without more marks on a letter than people use.
 *
 * @example An umlaut in two parts
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { composed } from "./safe.ts";
 *
 * equal(composed("u\u0308"), "ü");
 * ```
 */
export function composed(text: string): string {
  const fewer = text.replaceAll(MARKS, "$1");
  // Again for what is left of longer runs, of which the pattern sees a part: one
  // that sees all of it runs out of stack at some millions.
  return fewer.length < text.length ? composed(fewer) : text.normalize("NFC");
}

/**
 * Whether nothing of a text can be seen.
 *
 * @example Spaces of all kinds
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { isBlank } from "./safe.ts";
 *
 * equal(isBlank("\n\u00A0\u200B\u3000"), true);
 * ```
 */
export function isBlank(text: string): boolean {
  return !SEEN.test(text);
}
