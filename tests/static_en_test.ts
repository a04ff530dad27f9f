/**
 * The model that needs no network: what it finds, what it takes, and that it is
 * the same wherever it runs.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { staticEn } from "../supabase/functions/_shared/embed/static_en.ts";
import { HOSTED, saidBy } from "./deployed/hosted_deno.ts";
import { peakBytes } from "./processes.ts";
import { bm25 } from "./retrieval/bm25.ts";
import {
  byVectors,
  type Ranked,
  ranksOf,
  recallAt,
} from "./retrieval/ranks.ts";
import { DOCUMENTS, type Kind, QUESTIONS } from "./retrieval/set.ts";

const PROGRAM = new URL("./programs/static_en.ts", import.meta.url);

const { signal } = new AbortController();
const model = staticEn();
const texts = [...DOCUMENTS.values()];
const asked = QUESTIONS.map(({ text }) => text);
const passages = await model.embed(texts, { purpose: "passage", signal });
const questions = await model.embed(asked, { purpose: "query", signal });

const ours = ranksOf(byVectors(
  passages.vectors,
  new Map(questions.vectors.map((it, at) => [asked[at] ?? "", it])),
));
const theirs = ranksOf(bm25());

function among(kind: Kind, ranked: readonly Ranked[]): Ranked[] {
  return ranked.filter(([question]) => question.kind === kind);
}

Deno.test("static-en has 7 in 10 answers among its first five", () => {
  const recall = recallAt(5, ours);

  ok(recall >= 0.7, `${recall}`);
});

Deno.test("static-en finds paraphrases that share few words, as BM25 cannot", () => {
  const meant = recallAt(5, among("paraphrases", ours));
  const shared = recallAt(5, among("paraphrases", theirs));

  ok(meant >= 0.61, `${meant}`);
  ok(meant >= 5 * shared, `${meant}, and BM25 ${shared}`);
});

Deno.test("static-en finds names, codes and rare words first, as BM25 does", () => {
  strictEqual(recallAt(1, among("keywords", ours)), 1);
  strictEqual(recallAt(1, among("keywords", theirs)), 1);
});

Deno.test("static-en is the same, bit by bit, under the hosted runtime's Deno", async () => {
  const all = [...texts, ...asked, "", "!", "a", "naïve Zürich 東京 Привет"];

  const said = await saidBy(
    PROGRAM,
    new TextEncoder().encode(`${JSON.stringify(all)}\n`),
  );

  const here = await model.embed(all, { purpose: "passage", signal });
  deepStrictEqual(said, {
    deno: HOSTED,
    tokens: here.tokens,
    vectors: here.vectors.map((it) => Array.from(it)),
  });
});

/** The most memory that a process takes to embed all texts, in bytes. */
async function peakOfProgram(): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-check", "--no-config"]
      .concat("--no-lock", "--no-npm", PROGRAM.href),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.getReader();
  await writer.write(new TextEncoder().encode(`${JSON.stringify(texts)}\n`));
  const { done } = await reader.read();
  const peak = await peakBytes(child.pid);
  await writer.close();
  while (!(await reader.read()).done);
  strictEqual(done, false);
  strictEqual((await child.status).success, true);
  return peak;
}

Deno.test("static-en takes 100 MB at most, of which Deno is 40", async () => {
  // Leaves the modules compiled, as they are where they have been deployed.
  await peakOfProgram();

  const peak = await peakOfProgram();

  ok(peak > 40e6 && peak <= 100e6, `${peak}`);
});
