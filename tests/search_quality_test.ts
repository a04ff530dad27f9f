/**
 * How good the first results are, on questions that were written for static-en,
 * and what the gate of words lets through.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { shelfOf } from "./index/shelf.ts";
import { type Ranked, recallAt, reciprocalOf } from "./retrieval/ranks.ts";
import {
  DOCUMENTS,
  type Kind,
  type Question,
  QUESTIONS,
} from "./retrieval/set.ts";
import { found, idsOf } from "./search/seeker.ts";
import {
  askedOf,
  fillShelves,
  type Find,
  findByIndex,
  recallOf,
  SOUGHT,
} from "./search/shelves.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());
const shelf = shelfOf(world);
const { client } = await world.newPerson();

await shelf.run(`
  create table public.documents (id text primary key, text text);
  select portico.watch('documents', 'public.documents', 'text');
  create table public.lines (id int primary key, text text);
  select portico.watch('lines', 'public.lines', 'text');
`);
await world.rows(
  "insert into public.documents select * from jsonb_each_text($1)",
  [Object.fromEntries(DOCUMENTS)],
);
await shelf.index();

/** The places of all answers, by what finds ids in order. */
async function placesOf(
  find: (question: Question) => Promise<readonly unknown[]>,
): Promise<Ranked[]> {
  const ranked: Ranked[] = [];
  for (const question of QUESTIONS) {
    const at = (await find(question)).indexOf(question.answer);
    ranked.push([question, at < 0 ? Infinity : at + 1]);
  }
  return ranked;
}

/** By `vector-search`. */
function placesBy(mode: string): Promise<Ranked[]> {
  return placesOf(async ({ text }) =>
    idsOf(
      await found(client, { source: "documents", query: text, mode, k: 20 }),
    )
  );
}

/**
 * As most write it: of each kind the first, by any word of the question, and the
 * reciprocal ranks of both added up.
 */
function placesByPlainFusion(): Promise<Ranked[]> {
  return placesOf(async ({ text }) => {
    const near = idsOf(
      await found(client, {
        ...{ source: "documents", query: text, mode: "semantic", k: 40 },
      }),
    );
    const said = await world.rows<{ id: string }>(
      `with any_word as (
         select string_agg(quote_literal(it), ' | ')::tsquery as query
         from unnest(tsvector_to_array(to_tsvector('english', $1))) as it
       )
       select id from public.documents, any_word
       where to_tsvector('english', text) @@ query
       order by ts_rank(to_tsvector('english', text), query) desc, id limit 40`,
      [text],
    );
    return fused([near, said.map(({ id }) => id)]);
  });
}

function fused(lists: readonly (readonly unknown[])[]): unknown[] {
  const scores = new Map<unknown, number>();
  for (const list of lists) {
    for (const [at, id] of list.entries()) {
      scores.set(id, (scores.get(id) ?? 0) + 1 / (61 + at));
    }
  }
  return [...scores].sort(([, a], [, b]) => b - a).map(([id]) => id);
}

const semantic = await placesBy("semantic");
const keyword = await placesBy("keyword");
const hybrid = await placesBy("hybrid");
const plain = await placesByPlainFusion();

function among(kind: Kind, ranked: readonly Ranked[]): Ranked[] {
  return ranked.filter(([question]) => question.kind === kind);
}

Deno.test("hybrid search is no worse than semantic search", () => {
  const all = [recallAt(1, hybrid), recallAt(5, hybrid), reciprocalOf(hybrid)];
  const alone = [
    recallAt(1, semantic),
    recallAt(5, semantic),
    reciprocalOf(semantic),
  ];

  ok(all.every((it, at) => it >= (alone[at] ?? 1)), `${all} < ${alone}`);
});

Deno.test("adding up ranks without a gate is worse than semantic search", () => {
  const ours = reciprocalOf(hybrid);
  const theirs = reciprocalOf(plain);

  ok(theirs < reciprocalOf(semantic), `${theirs}`);
  ok(theirs < ours, `${theirs}, and hybrid ${ours}`);
});

Deno.test("hybrid search finds 9 in 10 of what is named first, and words alone as many", () => {
  const both = recallAt(1, among("keywords", hybrid));
  const words = recallAt(1, among("keywords", keyword));

  ok(both >= 0.9, `${both}`);
  ok(words >= 0.9, `${words}`);
});

/** Writes lines in the place of those that were there. */
async function lines(texts: readonly string[]): Promise<void> {
  await world.rows("delete from public.lines");
  await world.rows(
    `insert into public.lines
     select n, it from unnest($1::text[]) with ordinality as it (it, n)`,
    [texts],
  );
  while ((await shelf.index()).written > 0);
}

/** Lines that have enough of a query's words, by their number, and how much. */
async function coverages(query: string): Promise<[unknown, unknown][]> {
  const { results } = await found(client, {
    ...{ source: "lines", query, mode: "keyword", k: 100 },
  });
  return results.map(({ key, coverage }) => [key["id"], coverage]);
}

/** Words that nobody cuts, and that mean nothing. */
function words(count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const letters = [n / 5, n % 5].map((it) => "bdfkm"[it | 0] ?? "p");
    return `${letters[0]}o${letters[1]}ox`;
  });
}

Deno.test("of words that nobody has counted, half have to be there", async () => {
  for (const count of [1, 2, 3, 4, 5, 7, 10, 19, 20, 25]) {
    const all = words(count);
    strictEqual(new Set(all).size, count);
    const half = Math.ceil(count / 2);
    await lines([
      all.join(" "),
      all.slice(0, half).join(" "),
      all.slice(-half).join(" "),
      `other ${all.slice(0, half - 1).join(" ")}`,
      `other ${all.slice(1 - half).slice(0, half - 1).join(" ")}`,
    ]);

    const got = await coverages(all.join(" "));

    deepStrictEqual(got.map(([id]) => id).toSorted(), [1, 2, 3]);
    strictEqual(got[0]?.[1], 1);
    for (const [, coverage] of got.slice(1)) {
      ok(Math.abs(Number(coverage) - half / count) < 1e-6, `${coverage}`);
    }
  }
});

Deno.test("of words that were counted, those that are rare weigh more", async () => {
  // 100 lines: a refund in each, a ticket in 50, a walrus in 10 of those.
  await lines(
    Array.from(
      { length: 100 },
      (_, n) =>
        ["refund", n % 2 ? "" : "ticket", n % 10 ? "" : "walrus"].join(" "),
    ),
  );
  const [source] = await shelf.rows<{ serving: number }>(
    "select serving from portico_index.sources where name = 'lines'",
  );
  await shelf.run(`analyze portico_index.chunks_${source?.serving}`);
  // ln(1 + 1 ÷ share): refund 0.693, ticket 1.099, walrus 2.398.
  const [refund, ticket, walrus] = [Math.log(2), Math.log(3), Math.log(11)];

  const pair = await coverages("refund ticket");
  const rare = await coverages("refund walrus");
  const three = await coverages("refund ticket walrus");
  const unknown = await coverages("refund ticket walrus snark");

  // A ticket is 0.61 of it and a refund is 0.39: all with both, and no other.
  strictEqual(pair.length, 50);
  deepStrictEqual(new Set(pair.map(([, it]) => it)), new Set([1]));
  strictEqual(rare.length, 10);
  strictEqual(three.length, 10);
  // Nobody has a snark, ln(2001), without which there is no half.
  const left = refund + ticket + walrus;
  ok(left / (left + Math.log(2001)) < 0.5);
  deepStrictEqual(unknown, []);
});

Deno.test("a word that all have is not enough, and one that few have is", async () => {
  const only = await coverages("refund");
  const both = await coverages("walrus and a ticket and a refund for nothing");

  strictEqual(only.length, 100);
  ok(both.length === 0 || both.every(([id]) => Number(id) % 10 === 1));
});

const generation = await fillShelves(world, 3000);
await world.rows("select portico.build_index($1)", [generation]);
const asked = await askedOf();

/** By the index, however few there are: Postgres would rather compare so few. */
const find: Find = async (sql, vector, sought) => {
  await sql.run("set local enable_seqscan = off; set local enable_sort = off");
  return await findByIndex(sql, vector, sought);
};

for (const [what, sought] of SOUGHT) {
  Deno.test(`the index finds 98 in 100 of the ten nearest among ${what}`, async () => {
    const where = { world, generation, asked };

    const recall = await recallOf(find, sought, where);

    ok(recall >= 0.98, `${recall}`);
  });
}
