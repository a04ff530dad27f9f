/**
 * Reads Markdown. No I/O.
 *
 * Takes what CommonMark calls leaf blocks, line by line. Quotes and lists are
 * no blocks here: their marks go, or stay as bullets.
 *
 * @module
 */
import { type Block, tidy } from "./block.ts";
import { withoutMarks } from "./markdown_inline.ts";
import {
  fenceOf,
  headingOf,
  isDelimiter,
  isFenceEnd,
  isRule,
  itemOf,
  rowOf,
  underlineOf,
  unquoted,
} from "./markdown_line.ts";
import { Lines } from "./markdown_lines.ts";
import { isBlank } from "./safe.ts";

/** How many lines it has read; 0 if they are not what it reads. */
type Reader = (lines: Lines) => number;

/** In order: who comes first has the line. */
const READERS: readonly Reader[] = [
  code,
  hidden,
  blank,
  indented,
  heading,
  underlined,
  rule,
  table,
  definition,
  text,
];

/**
 * The blocks of a document. Code is as it was written, without its fences; in
 * all else no mark is left that has a meaning, and no address of a link.
 *
 * @example A heading, a link and code
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { blocksOfMarkdown } from "./markdown.ts";
 *
 * const source = "# A *title*\nSee [this](https://x.test).\n~~~\n*p = 1";
 * const texts = blocksOfMarkdown(source).map((it) => it.text);
 *
 * deepEqual(texts, ["A title", "See this.", "*p = 1"]);
 * ```
 */
export function blocksOfMarkdown(source: string): Block[] {
  const lines = new Lines(source);
  lines.at = frontMatter(lines);
  while (!lines.isDone) {
    lines.at += READERS.reduce((read, it) => read || it(lines), 0);
  }
  lines.end();
  return lines.drafts.map((draft) => {
    if (draft.isCode) return draft.block;
    const plain = tidy(withoutMarks(draft.block.text, lines.definitions));
    const text = draft.block.kind === "heading"
      ? plain.replaceAll("\n", " ")
      : plain;
    return { ...draft.block, text };
  }).filter((it) => !isBlank(it.text));
}

/** Between fences, at the very start: names and values, which stay. */
function frontMatter(lines: Lines): number {
  const fence = lines.raw(0);
  if (!/^(?:---|\+\+\+)$/.test(fence) || !/^[\w-]+ *[:=]/.test(lines.raw(1))) {
    return 0;
  }
  const end = lines.findRaw(1, (line) => line === fence);
  if (end < 0) return 0;
  lines.code(lines.slice(1, end));
  return end + 1;
}

function code(lines: Lines): number {
  const fence = fenceOf(lines.line);
  if (fence === "") return 0;
  const isQuoted = lines.line !== lines.raw(lines.at);
  const bare = (line: string) => isQuoted ? unquoted(line) : line;
  const found = lines.findRaw(
    lines.at + 1,
    (line) => isFenceEnd(bare(line), fence),
  );
  const end = found < 0 ? lines.count : found;
  lines.code(lines.slice(lines.at + 1, end).map(bare));
  return end + 1 - lines.at;
}

/** Comments, scripts and styles that begin a line. Open ones hide nothing. */
const HIDDEN = [
  ["<!--", "-->"],
  ["<script", "</script>"],
  ["<style", "</style>"],
] as const;

function hidden(lines: Lines): number {
  const front = lines.line.trimStart();
  const [begin, end] = HIDDEN.find(([it]) => front.startsWith(it)) ?? [];
  if (begin === undefined || end === undefined) return 0;
  const until = lines.findText(end);
  if (until < 0) return 0;
  lines.end();
  const last = lines.raw(until);
  lines.add(last.slice(last.indexOf(end) + end.length));
  return until + 1 - lines.at;
}

function blank(lines: Lines): number {
  if (lines.line.trim() !== "") return 0;
  lines.end();
  return 1;
}

function indented(lines: Lines): number {
  const isCode = (line: string) => /^(?: {4}|\t)/.test(line);
  if (lines.isOpen || lines.isInList || !isCode(lines.line)) return 0;
  const found = lines.findRaw(
    lines.at,
    (line) => !isCode(line) && line.trim() !== "",
  );
  const end = found < 0 ? lines.count : found;
  const bare = lines.slice(lines.at, end).map((it) =>
    it.replace(/^(?: {1,4}|\t)/, "")
  );
  lines.code(bare);
  return end - lines.at;
}

function heading(lines: Lines): number {
  const found = headingOf(lines.line);
  if (found === undefined) return 0;
  lines.end();
  lines.draft({ kind: "heading", ...found });
  return 1;
}

function underlined(lines: Lines): number {
  const level = underlineOf(lines.line);
  if (level === 0 || !lines.isOpen || lines.isInList) return 0;
  lines.end({ kind: "heading", level });
  return 1;
}

function rule(lines: Lines): number {
  if (!isRule(lines.line)) return 0;
  lines.end();
  return 1;
}

function table(lines: Lines): number {
  if (!lines.line.includes("|") || !isDelimiter(lines.after)) return 0;
  const found = lines.findRaw(lines.at + 2, (line) => !line.includes("|"));
  const end = found < 0 ? lines.count : found;
  const rows = [lines.line, ...lines.slice(lines.at + 2, end).map(unquoted)];
  lines.end();
  lines.draft({ kind: "lines", level: 0, text: rows.map(rowOf).join("\n") });
  return end - lines.at;
}

/** Where a link goes, or what a footnote says. */
function definition(lines: Lines): number {
  const found = lines.line.match(/^ {0,3}\[([^[\]]{1,200})\]:(.*)$/);
  if (found === null || lines.isOpen) return 0;
  const [, label = "", value = ""] = found;
  if (label.startsWith("^")) lines.add(value);
  else lines.definitions.add(label.toLowerCase());
  return 1;
}

function text(lines: Lines): number {
  const { line } = lines;
  const item = itemOf(line);
  const isNew = !lines.isOpen && /^\S/.test(line);
  lines.isInList = item !== undefined || (lines.isInList && !isNew);
  lines.add(item ?? line.trim());
  return 1;
}
