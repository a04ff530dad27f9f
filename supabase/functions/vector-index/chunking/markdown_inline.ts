/**
 * The text of a paragraph in Markdown, without its marks. No I/O.
 *
 * As CommonMark 0.31 reads them, but for the order: a mark that has no partner
 * stays as it is. Linear, however many marks have none.
 *
 * @module
 */
import { Cursor } from "./cursor.ts";
import { decoded } from "./entities.ts";
import { isElement, isInline } from "./html_elements.ts";
import { CodeSpans } from "./markdown_code.ts";
import { Emphasis } from "./markdown_emphasis.ts";
import { destinationEnd } from "./markdown_link.ts";

const MARK = /[\\`*_~[\]<&]/;
const PLAIN = /[^\\`*_~[\]!<]+|!(?!\[)/y;
const ESCAPE = /\\[!-/:-@[-`{-~]/y;
const BACKTICKS = /`+/y;
const RUN = /\*+|_+|~+/y;
const FOOTNOTE = /\[\^[^\s[\]]{1,100}\]/y;
const BRACKET = /!?\[/y;
const LABEL = /\[[^[\]]{0,200}\]/y;
const MAX_LABEL = 200;
const AUTOLINK = /<(?:(?:https?|ftp|mailto):[^\s<>]*|[^\s<>@]+@[^\s<>]+)>/iy;
const TAG = /<\/?[a-z][a-z0-9-]*(?:\s[^<>]*)?\/?>/iy;
const ALT = /\salt\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
const ANY = /[^]/y;

/**
 * What is left of a paragraph, of which `definitions` are the labels that stand
 * for an address.
 *
 * @example Marks that have a meaning, and one that has none
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { withoutMarks } from "./markdown_inline.ts";
 *
 * const source = "**Two** [links](/a), `a*b`, 2 * 3";
 *
 * equal(withoutMarks(source, new Set()), "Two links, a*b, 2 * 3");
 * ```
 */
export function withoutMarks(
  source: string,
  definitions: ReadonlySet<string>,
): string {
  if (!MARK.test(source)) return source;
  return new Inline(new Cursor(source), definitions).read();
}

/** Exported for the test that counts what it looks at. */
export class Inline {
  readonly #out: string[] = [];
  readonly #code: CodeSpans;
  readonly #emphasis: Emphasis;
  /** Brackets that are open: where in the source, and where in what is out. */
  readonly #brackets: { readonly from: number; readonly at: number }[] = [];

  constructor(
    readonly cursor: Cursor,
    readonly definitions: ReadonlySet<string>,
  ) {
    this.#code = new CodeSpans(cursor);
    this.#emphasis = new Emphasis(cursor.text, this.#out);
  }

  read(): string {
    while (!this.cursor.isDone) this.#out.push(this.#next());
    this.#emphasis.end();
    return this.#out.join("");
  }

  #next(): string {
    const plain = this.cursor.take(PLAIN);
    if (plain !== "") return decoded(plain);
    const escape = this.cursor.take(ESCAPE);
    if (escape !== "") return escape.slice(1);
    const backticks = this.cursor.take(BACKTICKS);
    if (backticks !== "") return this.#code.read(backticks);
    const run = this.cursor.take(RUN);
    if (run !== "") return this.#emphasis.read(run, this.cursor.at);
    return this.#bracket() ?? this.#angle() ?? this.cursor.take(ANY);
  }

  #bracket(): string | undefined {
    if (this.cursor.take(FOOTNOTE) !== "") return "";
    const open = this.cursor.take(BRACKET);
    if (open !== "") {
      this.#brackets.push({ from: this.cursor.at, at: this.#out.length });
      return open;
    }
    if (this.cursor.take(/\]/y) === "") return undefined;
    const opener = this.#brackets.pop();
    if (opener === undefined || !this.#isLink(opener.from)) return "]";
    // Badges stand side by side.
    this.#out[opener.at] = this.#out[opener.at] === "[" ? "" : " ";
    return "";
  }

  /** Whether the bracket that has just closed is a link; passes where to. */
  #isLink(from: number): boolean {
    const { cursor } = this;
    const end = destinationEnd(cursor);
    if (end > 0) {
      cursor.at = end;
      return true;
    }
    const own = cursor.text.slice(from, cursor.at - 1);
    const label = cursor.peek(LABEL);
    const isOwn = label === "" || label === "[]";
    const name = isOwn ? own : label.slice(1, -1);
    // Slices cost nothing; to make small letters of a long one does.
    const isLink = name.length <= MAX_LABEL &&
      this.definitions.has(name.toLowerCase());
    if (isLink) cursor.at += label.length;
    return isLink;
  }

  #angle(): string | undefined {
    const { cursor } = this;
    if (cursor.text.startsWith("<!--", cursor.at)) {
      if (cursor.find("-->") < 0) return undefined;
      cursor.pass("-->");
      return "";
    }
    const link = cursor.take(AUTOLINK);
    if (link !== "") return link.slice(1, -1);
    const tag = cursor.peek(TAG);
    const name = tag.match(/[a-z][a-z0-9-]*/i)?.[0].toLowerCase() ?? "";
    if (!isElement(name)) return undefined;
    cursor.at += tag.length;
    return shownBy(name, tag);
  }
}

function shownBy(name: string, tag: string): string {
  if (name === "br") return "\n";
  if (name !== "img") return isInline(name) ? "" : " ";
  const [, double, single = ""] = tag.match(ALT) ?? [];
  return ` ${decoded(double ?? single)} `;
}
