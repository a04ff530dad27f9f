/**
 * The sections of a document, and what a chunk in the middle of one says that
 * it is about. No I/O.
 *
 * @module
 */
import type { Block } from "./block.ts";
import { cut } from "./cut.ts";
import { costOf } from "./tokens.ts";

export interface Section {
  /** Its headings, and those that they are under, outermost first. */
  readonly path: readonly Block[];
  /** Begins with its headings: more than one if the first have no text. */
  readonly blocks: readonly Block[];
}

const BELOW = " › ";

/**
 * Blocks by the headings above them. What is before the first heading is a
 * section without one.
 */
export function sectionsOf(blocks: readonly Block[]): Section[] {
  const sections: { path: readonly Block[]; blocks: Block[] }[] = [];
  let isBare = false;
  for (const block of blocks) {
    const isHeading = block.kind === "heading";
    const last = sections.at(-1);
    if (last === undefined || (isHeading && !isBare)) {
      const path = isHeading ? below(last?.path ?? [], block) : [];
      sections.push({ path, blocks: [block] });
    } else {
      if (isHeading) last.path = below(last.path, block);
      last.blocks.push(block);
    }
    isBare = isHeading;
  }
  return sections;
}

function below(path: readonly Block[], heading: Block): Block[] {
  return [...path.filter((it) => it.level < heading.level), heading];
}

/**
 * The headings of a path, innermost at the end. Those that cost more than
 * `budget`, in hundredths of a token, are left out, outermost first; of the
 * last one the beginning stays.
 *
 * @example A long path
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { prefixOf } from "./section.ts";
 *
 * const path = ["Guide", "Install", "Linux"].map((text, at) => ({
 *   kind: "heading" as const,
 *   text,
 *   level: at + 1,
 * }));
 *
 * equal(prefixOf(path, 900), "Guide › Install › Linux");
 * equal(prefixOf(path, 600), "Install › Linux");
 * ```
 */
export function prefixOf(path: readonly Block[], budget: number): string {
  const texts = path.map(({ text }) => text);
  for (let at = 0; at < texts.length - 1; at++) {
    const prefix = texts.slice(at).join(BELOW);
    if (costOf(prefix) <= budget) return prefix;
  }
  return cut(texts.at(-1) ?? "", budget)[0]?.trim() ?? "";
}
