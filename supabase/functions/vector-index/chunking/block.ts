/**
 * What a document is made of, whatever it was written in. No I/O.
 *
 * @module
 */

export interface Block {
  /**
   * - `heading`: says what follows is about.
   * - `prose`: sentences. A line break in it is one that readers should see.
   * - `lines`: code and tables, which belong together and part at lines.
   */
  readonly kind: "heading" | "prose" | "lines";
  /** Not blank, composed (NFC), without marks of a format. */
  readonly text: string;
  /** Of a heading, 1 to 6; 0 for all else. */
  readonly level: number;
}

/** A block that is no heading. */
export function blockOf(kind: "prose" | "lines", text: string): Block {
  return { kind, text, level: 0 };
}

/** Blank characters but line breaks. */
const SPACES = /[^\S\n]+/g;

/**
 * The lines of a text without the spaces that nobody sees, and without those
 * that are blank.
 *
 * @example Two lines
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { tidy } from "./block.ts";
 *
 * equal(tidy("  one \u00A0 line\n \n and another"), "one line\nand another");
 * ```
 */
export function tidy(text: string): string {
  const lines = text.replaceAll(SPACES, " ").split("\n");
  return lines.map((it) => it.trim()).filter((it) => it !== "").join("\n");
}
