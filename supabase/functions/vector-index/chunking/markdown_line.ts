/**
 * What a line of Markdown is, seen alone. No I/O.
 *
 * As CommonMark 0.31 and the tables of GitHub have it. Each pattern is linear
 * in the line: none repeats a group, which would also cost stack.
 *
 * @module
 */

const QUOTE = /^ {0,3}>[> ]*/;
const FENCE = /^[ \t]*(`{3,}(?=[^`]*$)|~{3,})/;
const ATX = /^ {0,3}(#{1,6})(?:[ \t]|$)/;
const TAGGED = /^<h([1-6])(?: [^<>]*)?>(.*)<\/h[1-6]>$/i;
const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/;
const RULE = /^(?:\*{3,}|-{3,}|_{3,})$/;
const DELIMITERS = /^[|:\- \t]+$/;
const ITEM = /^(?:[-*+]|(\d{1,9}[.)]))(?:[ \t]+|$)/;
const BOX = /^\[[ xX]\] /;

/** A line without the marks of the quotes that it is in. */
export function unquoted(line: string): string {
  return line.replace(QUOTE, "");
}

/** The characters that begin a block of code; "" elsewhere. */
export function fenceOf(line: string): string {
  return line.match(FENCE)?.[1] ?? "";
}

/** Whether a line ends the code that `fence` has begun. */
export function isFenceEnd(line: string, fence: string): boolean {
  const end = line.trim();
  const sign = fence.charAt(0);
  return end.length >= fence.length && end === sign.repeat(end.length);
}

/** A heading of one line, also one in HTML, as many READMEs begin. */
export function headingOf(
  line: string,
): { readonly level: number; readonly text: string } | undefined {
  const signs = line.match(ATX)?.[1];
  if (signs !== undefined) {
    const text = line.trim().slice(signs.length);
    return { level: signs.length, text: withoutEnd(text) };
  }
  const [, level, text] = line.trim().match(TAGGED) ?? [];
  return text === undefined ? undefined : { level: Number(level), text };
}

/** The signs that close a heading, after a space, are none of its text. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (text.charAt(end - 1) === "#") end--;
  return end === 0 || /[ \t]/.test(text.charAt(end - 1))
    ? text.slice(0, end)
    : text;
}

/** What a line makes of the paragraph above it: a heading of this level. */
export function underlineOf(line: string): 0 | 1 | 2 {
  if (!UNDERLINE.test(line)) return 0;
  return line.includes("=") ? 1 : 2;
}

/** A line across the page. */
export function isRule(line: string): boolean {
  return RULE.test(line.replaceAll(/[ \t]/g, ""));
}

/** What stands between the head of a table and its rows. */
export function isDelimiter(line: string): boolean {
  return line.includes("-") && DELIMITERS.test(line);
}

/** A row of a table without the bars at its ends. */
export function rowOf(line: string): string {
  return line.trim().replace(/^\|/, "").replace(/\|$/, "").trim();
}

/**
 * An item of a list on a line of its own, with one bullet for all; `undefined`
 * for what is no item, and "" for one without text.
 */
export function itemOf(line: string): string | undefined {
  const text = line.trim();
  const found = text.match(ITEM);
  if (found === null) return undefined;
  const [marker, number = "-"] = found;
  const rest = text.slice(marker.length).replace(BOX, "");
  return rest === "" ? "" : `\n${number} ${rest}`;
}
