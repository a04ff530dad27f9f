/**
 * What a browser could take for a page: HTML, SVG and XML. No I/O.
 *
 * Stricter than a browser: it looks behind marks, comments and declarations for
 * what comes first, since a page that runs scripts under our name is what the
 * whole check is for.
 *
 * @module
 */

/** What {@linkcode markupIn} tells apart. */
export const MARKUP_TYPES = [
  "text/html",
  "image/svg+xml",
  "application/xml",
] as const;

/** The media type of a page. */
export type MarkupType = typeof MARKUP_TYPES[number];

/**
 * WHATWG MIME Sniffing §7.1, but for `<!DOCTYPE HTML` and `<!--`, which are
 * below; and every byte that ends a name (HTML §13.2.5.8) where it takes two.
 */
const HTML =
  /<(?:html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)[\t\n\f\r />]/iy;

/** With a prefix or none: XML Names §4. */
const SVG = /<(?:[\w.-]{1,64}:)?svg[\t\n\f\r />]/iy;

const SPACE = /[\t\n\f\r ]*/y;
const DOCTYPE = /<!doctype[\t\n\f\r ]+([\w:.-]{1,64})/iy;

/** The end of a doctype, behind what it may have inside: XML §2.8. */
const DOCTYPE_END = /[^[>]*(?:\[[^\]]*\][\t\n\f\r ]*)?>/y;

/**
 * What the front of a file is, if it is a page.
 *
 * @example A comment does not hide what is behind it
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { markupIn } from "./markup.ts";
 *
 * const head = new TextEncoder().encode("\uFEFF <!-- hi --><svg onload='…'>");
 * equal(markupIn(head), "image/svg+xml");
 * equal(markupIn(new TextEncoder().encode("1 < 2")), undefined);
 * ```
 */
export function markupIn(head: Uint8Array): MarkupType | undefined {
  const text = decode(head);
  let otherwise: MarkupType | undefined;
  let at = 0;
  for (;;) {
    at = after(SPACE, text, at) ?? at;
    if (text.startsWith("<!--", at)) {
      otherwise ??= "text/html";
      at = behind("-->", text, at + 2);
    } else if (text.startsWith("<?", at)) {
      if (/<\?xml/iy.test(text.slice(at, at + 5))) {
        otherwise ??= "application/xml";
      }
      at = behind("?>", text, at + 2);
    } else {
      const name = match(DOCTYPE, text, at)?.[1]?.toLowerCase();
      if (name === undefined) break;
      if (name === "html") return otherwise ?? "text/html";
      at = after(DOCTYPE_END, text, after(DOCTYPE, text, at) ?? at) ??
        text.length;
    }
  }
  if (match(SVG, text, at) !== undefined) return "image/svg+xml";
  if (otherwise !== undefined) return otherwise;
  return match(HTML, text, at) === undefined ? undefined : "text/html";
}

/** One character a byte, or a unit of UTF-16, without a byte order mark. */
function decode(head: Uint8Array): string {
  const [first = 0, second = 0] = head;
  if (first === 0xff && second === 0xfe) {
    return new TextDecoder("utf-16le").decode(head);
  }
  if (first === 0xfe && second === 0xff) {
    return new TextDecoder("utf-16be").decode(head);
  }
  const isMarked = first === 0xef && second === 0xbb && head[2] === 0xbf;
  return new TextDecoder("latin1").decode(isMarked ? head.subarray(3) : head);
}

function match(
  pattern: RegExp,
  text: string,
  at: number,
): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function after(pattern: RegExp, text: string, at: number): number | undefined {
  const found = match(pattern, text, at);
  return found && at + found[0].length;
}

/** Behind `mark`, or at the end where there is none. */
function behind(mark: string, text: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + mark.length;
}
