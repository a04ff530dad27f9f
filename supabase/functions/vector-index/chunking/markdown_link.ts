/**
 * Where the address of a link in Markdown ends. No I/O.
 *
 * @module
 */
import type { Cursor } from "./cursor.ts";

/**
 * Parentheses in one another. No place of a text is in more addresses that fail
 * than this, which is what makes many of them linear.
 */
const DEPTH = 4;

/** Behind the `(…)` that is here; 0 if it is no address, and may have a title. */
export function destinationEnd(cursor: Cursor): number {
  const { text, at } = cursor;
  if (text.charAt(at) !== "(") return 0;
  const end = closing(text, at);
  cursor.looked += Math.abs(end) - at;
  return end > 0 && isDestination(text.slice(at + 1, end)) ? end + 1 : 0;
}

/** Where the parenthesis closes; less than 0 if it does not until there. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const sign = text.charAt(at);
    if (sign === "\\") at++;
    else if (sign === "(" && ++depth > DEPTH) return -at;
    else if (sign === ")" && --depth === 0) return at;
  }
  return -text.length;
}

/** Words in parentheses are no address: that has no space but for a title. */
function isDestination(inner: string): boolean {
  const text = inner.trim();
  const space = text.search(/\s/);
  if (space < 0 || text.startsWith("<")) return true;
  return /["'(]/.test(text.slice(space).trimStart().charAt(0)) &&
    /["')]$/.test(text);
}
