/**
 * How fast does `vector-index` turn a document into chunks?
 *
 * In turn with V8, which finds the sentences of the same text and does nothing
 * with them: the least that whoever parts text at sentences has to do.
 *
 *     deno task bench chunking
 *
 * @module
 */
import {
  chunksOf,
  type Format,
} from "../supabase/functions/vector-index/chunking/chunk.ts";
import { tokensOf } from "../supabase/functions/vector-index/chunking/tokens.ts";
import { median, table } from "../tools/report.ts";

const ROUNDS = 25;
const WARM_UP = 5;
/** Units of UTF-16; a million of them in a second are a MB/s. */
const LENGTH = 1_000_000;
const MAX_TOKENS = 400;
const OVERLAP_TOKENS = 50;

const WORDS = ("the of a table index row when each write search vector is in " +
  "to and it that function database query returns policy security storage " +
  "for with as on by this be document chunk sentence paragraph embedding")
  .split(" ");

/** The same numbers in each run. Source: Numerical Recipes, §7.1. */
function numbers(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

const random = numbers();

function sentence(): string {
  const words = Array.from(
    { length: 6 + random(18) },
    () => WORDS[random(WORDS.length)] ?? "",
  );
  const text = words.join(" ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function paragraph(): string {
  return Array.from({ length: 2 + random(6) }, sentence).join(" ");
}

function han(): string {
  const sentences = Array.from(
    { length: 3 + random(5) },
    () =>
      Array.from(
        { length: 8 + random(24) },
        () => String.fromCharCode(0x4e00 + random(3000)),
      ).join("") + "。",
  );
  return sentences.join("");
}

/** A heading, paragraphs with marks in them, a list, code and a table. */
function markdown(): string {
  return `${"#".repeat(1 + random(3))} ${sentence().slice(0, 40)}

${paragraph()} **${sentence()}** [${sentence()}](https://a.test/${random(999)})

- ${sentence()}
- \`${WORDS[random(9)]}\` ${sentence()}

\`\`\`ts
const ${WORDS[random(9)]} = ${random(999)};
\`\`\`

| ${WORDS[random(9)]} | b |
| --- | --- |
| ${random(999)} | ${random(999)} |`;
}

function html(): string {
  return `<section class="a-${random(99)}"><h${1 + random(3)} id="x">${
    sentence().slice(0, 40)
  }</h2><p>${paragraph()} <b>${sentence()}</b> <a href="https://a.test/${
    random(999)
  }">${sentence()}</a> &amp; &eacute;</p><ul><li>${sentence()}</li><li>${sentence()}</li></ul><pre>const a = ${
    random(999)
  };</pre></section>`;
}

function documentOf(part: () => string): string {
  const parts: string[] = [];
  for (let length = 0; length < LENGTH; length += parts.at(-1)?.length ?? 0) {
    parts.push(part());
  }
  return parts.join("\n\n");
}

const DOCUMENTS: [name: string, format: Format, text: string][] = [
  ["English text", "text", documentOf(paragraph)],
  ["Chinese text", "text", documentOf(han)],
  ["Markdown", "markdown", documentOf(markdown)],
  ["HTML", "html", documentOf(html)],
  ["text without a space", "text", "a".repeat(LENGTH)],
];

const SENTENCES = new Intl.Segmenter("en", { granularity: "sentence" });

function sentencesIn(text: string): number {
  let count = 0;
  for (const _ of SENTENCES.segment(text)) count++;
  return count;
}

/** In milliseconds. */
function timed(work: () => unknown): number {
  const at = performance.now();
  work();
  return performance.now() - at;
}

const rows = DOCUMENTS.map(([name, format, text]) => {
  const how = { format, maxTokens: MAX_TOKENS, overlapTokens: OVERLAP_TOKENS };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const spent = timed(() => chunksOf(text, how));
    const peer = timed(() => sentencesIn(text));
    if (round < 0) continue;
    ours.push(spent);
    theirs.push(peer);
  }
  const chunks = chunksOf(text, how);
  const tokens = chunks.map(({ content }) => tokensOf(content));
  const ms = median(ours);
  return [
    name,
    ms.toFixed(0),
    (text.length / ms / 1000).toFixed(1),
    (ms / median(theirs)).toFixed(1),
    String(chunks.length),
    (tokens.reduce((sum, it) => sum + it, 0) / chunks.length).toFixed(0),
  ];
});

table(
  [
    "1,000,000 characters",
    "ms",
    "MB/s",
    "÷ V8's sentences",
    "chunks",
    "tokens",
  ],
  rows,
);
