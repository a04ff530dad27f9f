/**
 * How much does `static-en` embed in a second, and how much of what is asked
 * for does it find, beside BM25?
 *
 * 230 short documents and 60 questions of tests/retrieval/, which were written
 * for this and are small: they rank methods, and promise nothing. The chunks
 * are 800 characters of those documents. `tuning.json` there is the set by which
 * the model was made as it is, and says nothing of texts that it has not seen.
 *
 *     deno task bench static_en
 *
 * @module
 */
import {
  staticEn,
  unpack,
} from "../supabase/functions/_shared/embed/static_en.ts";
import { tableOf } from "../supabase/functions/_shared/embed/static_en/table.ts";
import { STATIC_EN } from "../supabase/functions/_shared/embed/static_en_table.ts";
import { bm25 } from "../tests/retrieval/bm25.ts";
import {
  byVectors,
  type Ranked,
  ranksOf,
  recallAt,
  reciprocalOf,
  type Score,
} from "../tests/retrieval/ranks.ts";
import { DOCUMENTS, QUESTIONS } from "../tests/retrieval/set.ts";
import tuning from "../tests/retrieval/tuning.json" with { type: "json" };
import { median, table } from "../tools/report.ts";

const ROUNDS = 15;
const CHUNKS = 1000;
const CHUNK = 800;

const { signal } = new AbortController();
const model = staticEn();

async function embed(texts: readonly string[]) {
  return (await model.embed(texts, { purpose: "passage", signal })).vectors;
}

async function timed(work: () => unknown): Promise<number> {
  const at = performance.now();
  await work();
  return performance.now() - at;
}

const prose = [...DOCUMENTS.values()].join(" ");
const chunks = Array.from({ length: CHUNKS }, (_, at) => {
  const from = at * 17 % (prose.length - CHUNK);
  return prose.slice(from, from + CHUNK);
});

const times: Record<"load" | "embed" | "peer", number[]> = {
  load: [],
  embed: [],
  peer: [],
};
const search = bm25();
for (let round = -2; round < ROUNDS; round++) {
  const load = await timed(() => tableOf(unpack(STATIC_EN), STATIC_EN.words));
  const own = await timed(() => embed(chunks));
  // What it costs to read the words at all.
  const peer = await timed(() => chunks.map((it) => it.match(/\p{L}+/gu)));
  if (round < 0) continue;
  times.load.push(load);
  times.embed.push(own);
  times.peer.push(peer);
}
const rate = (ms: number) => Math.round(CHUNKS / ms * 1000).toLocaleString();
table(["what", "static-en", "a regular expression's words"], [
  ["chunks a second", rate(median(times.embed)), rate(median(times.peer))],
  ["load of the table, ms", median(times.load).toFixed(0), ""],
]);

const asked = QUESTIONS.map(({ text }) => text);
const found = await embed(asked);
const semantic = byVectors(
  await embed([...DOCUMENTS.values()]),
  new Map(asked.map((text, at) => [text, found[at] ?? new Float32Array()])),
);

function rowsOf(name: string, score: Score): string[][] {
  const ranked = ranksOf(score);
  const row = (kind: string, some: readonly Ranked[]) => [
    `${name}, ${kind}`,
    ...[recallAt(1, some), recallAt(5, some), reciprocalOf(some)]
      .map((it) => it.toFixed(2)),
  ];
  const of = (kind: string) => ranked.filter(([it]) => it.kind === kind);
  return [
    row("all 60", ranked),
    row("47 paraphrases", of("paraphrases")),
    row("13 keywords", of("keywords")),
  ];
}
/** The same of questions of the set for tuning, by the place of the answer. */
async function tunedOf(
  name: string,
  asked: Readonly<Record<string, number>>,
): Promise<string[]> {
  const texts = Object.keys(asked);
  const vectors = await embed(texts);
  const score = byVectors(
    await embed(tuning.documents),
    new Map(texts.map((text, at) => [text, vectors[at] ?? new Float32Array()])),
  );
  const places = Object.entries(asked).map(([text, answer]) => {
    const scores = score(text);
    return scores.filter((it) => it >= (scores[answer] ?? NaN)).length;
  });
  const part = (most: number) =>
    places.filter((it) => it <= most).length / places.length;
  const reciprocal = places.reduce((sum, it) => sum + 1 / it, 0) /
    places.length;
  return [
    `static-en, tuning, ${texts.length} ${name}`,
    ...[part(1), part(5), reciprocal].map((it) => it.toFixed(2)),
  ];
}

table(["method", "recall@1", "recall@5", "MRR"], [
  ...rowsOf("static-en", semantic),
  ...rowsOf("BM25", search),
  await tunedOf("paraphrases", tuning.paraphrases),
  await tunedOf("keywords", tuning.keywords),
]);
