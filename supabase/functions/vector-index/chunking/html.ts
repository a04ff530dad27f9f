/**
 * Reads HTML. No I/O.
 *
 * Not a parser: it knows which tags part blocks, and which text nobody sees. It
 * builds no tree, so that nothing is deep, and passes each character once.
 *
 * @module
 */
import type { Block } from "./block.ts";
import { Cursor } from "./cursor.ts";
import { endOf } from "./html_elements.ts";
import { Page } from "./html_page.ts";
import { markupAt } from "./html_tag.ts";

const TEXT = /[^<]*/y;

/**
 * The blocks of a page or of a part of one. `title` is a heading too.
 *
 * @example A heading and a paragraph
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { blocksOfHtml } from "./html.ts";
 *
 * const texts = blocksOfHtml("<h1>R&amp;D</h1><p>It is <b>fun").map((it) => it.text);
 *
 * deepEqual(texts, ["R&D", "It is fun"]);
 * ```
 */
export function blocksOfHtml(text: string): Block[] {
  return readHtml(new Cursor(text));
}

/** From a cursor at its start, which knows afterwards how much it looked at. */
export function readHtml(cursor: Cursor): Block[] {
  const page = new Page();
  while (!cursor.isDone) {
    page.write(cursor.take(TEXT));
    if (cursor.isDone) break;
    const markup = markupAt(cursor);
    if (typeof markup === "string") {
      page.write(markup);
      continue;
    }
    page.read(markup);
    const end = markup.isEnd ? undefined : endOf(markup.name);
    if (end !== undefined) cursor.passUntil(end);
  }
  page.end();
  return page.blocks;
}
