/**
 * Turns the text of a document into the pieces that are embedded. No I/O.
 *
 * A chunk never crosses a heading, and what is in it depends on the section
 * that it is in and on the headings above that, but for the last chunk: so an
 * edit leaves the chunks of other sections as they were, to the byte, and their
 * embeddings are used again.
 *
 * @module
 */
import type { Block } from "./block.ts";
import { blocksOfHtml } from "./html.ts";
import { blocksOfMarkdown } from "./markdown.ts";
import { packed, SMALL } from "./pack.ts";
import { blocksOfText } from "./plain_text.ts";
import { composed, isBlank, safe } from "./safe.ts";
import { sectionsOf } from "./section.ts";
import { costOf, TOKEN } from "./tokens.ts";

export type Format = "text" | "markdown" | "html";

export interface Chunking {
  readonly format: Format;
  /** Estimated tokens of a chunk, at most. 16 to 8192. */
  readonly maxTokens: number;
  /** Estimated tokens that a chunk repeats of the one before. 0 to maxTokens / 2. */
  readonly overlapTokens: number;
}

/** A piece, as it is embedded, searched and shown. */
export interface Chunk {
  /**
   * Not blank, trimmed, composed (NFC), without controls but tabs and line
   * breaks, and without lone surrogates: Postgres takes it.
   */
  readonly content: string;
}

const READERS: Readonly<Record<Format, (text: string) => Block[]>> = {
  text: blocksOfText,
  markdown: blocksOfMarkdown,
  html: blocksOfHtml,
};

const MIN_TOKENS = 16;
const MAX_TOKENS = 8192;

/**
 * The chunks of a text, in order; none of a blank one. Chunks after the first
 * of a section begin with the path of its headings.
 *
 * @throws {RangeError} if a number is out of its bounds.
 *
 * @example A section a chunk
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { chunksOf } from "./chunk.ts";
 *
 * const text = "# Cats\n\nThey *purr*.\n\n# Dogs\n\nThey bark, and dig holes.";
 * const how = { format: "markdown", maxTokens: 16, overlapTokens: 0 } as const;
 *
 * deepEqual(chunksOf(text, how).map(({ content }) => content), [
 *   "Cats\n\nThey purr.",
 *   "Dogs\n\nThey bark, and dig holes.",
 * ]);
 * ```
 */
export function chunksOf(text: string, how: Chunking): Chunk[] {
  const { format, maxTokens, overlapTokens } = how;
  assertBetween("maxTokens", maxTokens, [MIN_TOKENS, MAX_TOKENS]);
  assertBetween("overlapTokens", overlapTokens, [0, maxTokens / 2]);
  const room = { chunk: maxTokens * TOKEN, overlap: overlapTokens * TOKEN };
  const blocks = READERS[format](safe(text))
    .map((it) => ({ ...it, text: composed(it.text) }))
    .filter((it) => !isBlank(it.text));
  const chunks = sectionsOf(blocks).flatMap((it) => packed(it, room));
  return withLongEnd(chunks, room.chunk).map((content) => ({ content }));
}

/** A last section that says little goes with the chunk before it, if it fits. */
function withLongEnd(chunks: string[], room: number): string[] {
  const [before, last] = chunks.slice(-2);
  if (before === undefined || last === undefined) return chunks;
  const merged = `${before}\n\n${last}`;
  return costOf(last) < room * SMALL && costOf(merged) <= room
    ? [...chunks.slice(0, -2), merged]
    : chunks;
}

function assertBetween(
  name: keyof Chunking,
  value: number,
  [least, most]: readonly [number, number],
): void {
  if (value >= least && value <= most) return;
  throw new RangeError(
    `Cannot chunk text as '${name}' must be ${least} to ${most}: ` +
      `current value is ${value}`,
  );
}
