/**
 * Reads text without marks. No I/O.
 *
 * @module
 */
import { type Block, blockOf, tidy } from "./block.ts";

/**
 * The paragraphs of a text, which blank lines part. It has no headings: what
 * looks like one may be an address.
 *
 * @example Two paragraphs
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { blocksOfText } from "./plain_text.ts";
 *
 * const texts = blocksOfText("One,\nin two lines.\n\nTwo.").map((it) => it.text);
 *
 * deepEqual(texts, ["One,\nin two lines.", "Two."]);
 * ```
 */
export function blocksOfText(text: string): Block[] {
  const blocks: Block[] = [];
  let open: string[] = [];
  for (const line of [...text.split("\n"), ""]) {
    const isBetween = line.trim() === "";
    if (!isBetween) open.push(line);
    if (!isBetween || open.length === 0) continue;
    blocks.push(blockOf("prose", tidy(open.join("\n"))));
    open = [];
  }
  return blocks;
}
