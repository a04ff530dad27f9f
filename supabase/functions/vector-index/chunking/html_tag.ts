/**
 * Reads the tags of HTML, and passes its comments. No I/O.
 *
 * As browsers do it (HTML, §13.2.5), as far as the end of a tag depends on it:
 * a `>` in quotes is no end, and what is not closed lasts until the end of the
 * text.
 *
 * @module
 */
import type { Cursor } from "./cursor.ts";

export interface Tag {
  /** In small letters. */
  readonly name: string;
  readonly isEnd: boolean;
  /** What an image shows to those who do not see it, not decoded. */
  readonly alt: string;
}

const OPEN = /<(?:!--(?:-?>)?|[!?]|\/?[a-z])?/iy;
const NAME = /[^\s/>]*/y;
const BETWEEN = /[\s/]*/y;
const BLANK = /\s*/y;
const ATTRIBUTE = /[^\s/>][^\s/>=]*/y;
const QUOTE = /["']/y;
const UNQUOTED = /[^\s>]*/y;

/** Passes what begins with the `<` here: a tag, or what is shown instead. */
export function markupAt(cursor: Cursor): Tag | string {
  const open = cursor.take(OPEN);
  if (open === "<") return open;
  if (open.startsWith("<!--")) {
    if (open === "<!--") cursor.pass("-->");
    return "";
  }
  if (open === "<!" || open === "<?") {
    cursor.pass(">");
    return "";
  }
  const isEnd = open.startsWith("</");
  const name = open.slice(isEnd ? 2 : 1) + cursor.take(NAME);
  return { name: name.toLowerCase(), isEnd, alt: altIn(cursor) };
}

/** Passes the attributes of a tag, and its end. */
function altIn(cursor: Cursor): string {
  let alt = "";
  while (!cursor.isDone) {
    cursor.take(BETWEEN);
    if (cursor.take(/>/y) !== "") break;
    const name = cursor.take(ATTRIBUTE);
    cursor.take(BLANK);
    if (cursor.take(/=/y) === "") continue;
    cursor.take(BLANK);
    const value = valueAt(cursor);
    if (name.toLowerCase() === "alt") alt = value;
  }
  return alt;
}

function valueAt(cursor: Cursor): string {
  const quote = cursor.take(QUOTE);
  if (quote === "") return cursor.take(UNQUOTED);
  const from = cursor.at;
  cursor.pass(quote);
  return cursor.text.slice(from, cursor.at - 1);
}
