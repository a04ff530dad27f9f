/**
 * A text with the words that were looked for, as HTML. No I/O.
 *
 * @module
 */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "\x02": "<mark>",
  "\x03": "</mark>",
};

/**
 * HTML of a text in which the control characters 2 and 3, which no text of ours
 * has, begin and end what is marked. Nothing else of it is markup.
 *
 * @example What was written as a tag stays a text
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { htmlOf } from "./highlight.ts";
 *
 * equal(htmlOf("<b>a \x02refund\x03"), "&lt;b&gt;a <mark>refund</mark>");
 * ```
 */
export function htmlOf(marked: string): string {
  // deno-lint-ignore no-control-regex -- they are what this is about
  return marked.replaceAll(/[&<>"'\x02\x03]/g, (it) => ENTITIES[it] ?? it);
}
