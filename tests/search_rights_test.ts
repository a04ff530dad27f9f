/**
 * W13: whoever searches finds what they could select, nothing else, and all of it
 * that there is room for. Searches at random, as callers at random, of tables with
 * every kind of policy, while rows change of which the index knows nothing.
 *
 * Five hundred searches; with `-- --all`, ten thousand.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { staticEn } from "../supabase/functions/_shared/embed/static_en.ts";
import { dice } from "./index/random.ts";
import { RIGHT, shelfOf } from "./index/shelf.ts";
import {
  CALLERS,
  pick,
  type Row,
  rowsOf,
  scriptOf,
  TABLES,
} from "./search/crowd.ts";
import { type Chunk, findable, nextPair, type Pair } from "./search/pairs.ts";
import type { Result } from "./search/seeker.ts";
import { startWorld } from "./world.ts";

const SEARCHES = Deno.args.includes("--all") ? 10_000 : 500;

/** Of what is wrong. All of it would take minutes to compare with nothing. */
const SHOWN = 3;

/** Searches between two changes of some rows. */
const QUIET = 50;

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());
const shelf = shelfOf(world);
const { database } = world.stack;
const model = staticEn();
const { signal } = new AbortController();
const chance = dice(SEARCHES);

await shelf.run(scriptOf());
const chunks = new Map<string, Chunk[]>();
for (const name of Object.keys(TABLES)) chunks.set(name, await fill(name));

/** Rows into a table and its index. The answer is what the index has. */
async function fill(name: string): Promise<Chunk[]> {
  const rows = rowsOf(name);
  await world.rows(
    `insert into public.${name} (id, owner, org, "isOpen", club, lang, text)
     select * from jsonb_to_recordset($1) as it (
       id int, owner uuid, org int, "isOpen" boolean, club int, lang text,
       text text)`,
    [rows],
  );
  while ((await shelf.index()).written > 0);
  deepStrictEqual(await shelf.prove(name), { rows: rows.length, ...RIGHT });
  const [source] = await shelf.rows<{ serving: number }>(
    "select serving from portico_index.sources where name = $1",
    [name],
  );
  return (await shelf.rows<{ key: number; content: string; words: string[] }>(
    `select key_1 as key, content, tsvector_to_array(words) as words
     from portico_index.chunks_${source?.serving}`,
  )).map(({ key, content, words }) => ({
    row: rows[key - 1] ?? neverRow(key),
    content,
    lexemes: new Set(words),
  }));
}

function neverRow(key: number): Row {
  throw new Error(`Cannot find the row ${key}`);
}

/** What was asked, what should have been found, and what was. */
interface Seen {
  readonly pair: Pair;
  readonly visible: ReadonlySet<number>;
  readonly findable: readonly Chunk[];
  readonly outcome: string;
  readonly results: readonly Result[];
}

/** What everybody may select, until something changes. */
const visible = new Map<string, Promise<ReadonlySet<number>>>();

function visibleTo(caller: number, source: string) {
  const name = `${caller} ${source}`;
  const known = visible.get(name) ?? selected(caller, source);
  visible.set(name, known);
  return known;
}

async function selected(caller: number, source: string) {
  const rows = await database.as(
    claimsOf(caller),
    (sql) =>
      sql.query<{ id: number }>(`select id from public.${source} where wanted`),
  );
  return new Set(rows.map(({ id }) => id));
}

function claimsOf(caller: number) {
  const [, claims] = CALLERS[caller] ?? [];
  if (claims === undefined) throw new Error(`Cannot find ${caller}`);
  return claims;
}

/** The vector of a query, as Postgres reads it. */
async function vectorOf(query: string): Promise<string> {
  const { vectors: [vector] } = await model.embed([query], {
    ...{ purpose: "query", signal },
  });
  return `[${vector}]`;
}

async function search(pair: Pair): Promise<Seen> {
  const { caller, source, query, wish } = pair;
  const what = wish.like
    ? wish
    : { ...wish, query, vector: await vectorOf(query) };
  const [row] = await database.as(
    claimsOf(caller),
    (sql) =>
      sql.query<
        { it: { outcome: string; results?: Result[] }; lexemes: string[] }
      >(
        `select portico_api.search_index($1, $2) as it,
           tsvector_to_array(to_tsvector('english', $3)) as lexemes`,
        [source, what, query],
      ),
  );
  const { it, lexemes = [] } = row ?? {};
  const may = { visible: await visibleTo(caller, source), lexemes };
  return {
    pair,
    visible: may.visible,
    findable: findable(pair, chunks.get(source) ?? [], may),
    outcome: it?.outcome ?? "",
    results: it?.results ?? [],
  };
}

/** Some rows are given away, hidden, shown or deleted, and not indexed. */
async function change(): Promise<void> {
  const table = pick(Object.keys(TABLES), chance);
  const act = pick([
    `update public.${table} set owner = gen_random_uuid() where `,
    `update public.${table} set org = 1 + id % 4 where `,
    `update public.${table} set "isOpen" = not "isOpen" where `,
    `update public.${table} set wanted = not wanted where `,
    `delete from public.${table} where `,
    `delete from public.members where club = 0 and `,
  ], chance);
  const column = act.includes("members") ? "club" : "id";
  await shelf.run(`${act} ${column} % 50 = ${chance.below(50)}`);
  visible.clear();
}

const all: Seen[] = [];
for (let n = 0; n < SEARCHES; n++) {
  if (n % QUIET === QUIET - 1) await change();
  all.push(await search(nextPair(chance)));
}

function idOf({ key }: Result): number {
  return Number(key["id"]);
}

Deno.test(`W13 of ${SEARCHES} searches none finds a row that its caller cannot select`, () => {
  const wrong = all.flatMap(({ pair, visible, results }) =>
    results.filter((it) => !visible.has(idOf(it))).map((it) => [pair, it])
  );

  deepStrictEqual(wrong.slice(0, SHOWN), []);
  const hits = all.reduce((sum, { results }) => sum + results.length, 0);
  ok(hits > SEARCHES, `${hits}`);
});

Deno.test(`W13 of ${SEARCHES} searches none finds what its filter leaves out`, () => {
  const wrong = all.flatMap(({ pair, findable, results }) => {
    const contents = new Set(findable.map(({ content }) => content));
    return results.filter(({ content }) => !contents.has(content))
      .map((it) => [pair, it]);
  });

  deepStrictEqual(wrong.slice(0, SHOWN), []);
});

Deno.test(`of ${SEARCHES} searches each finds as many as were asked for, or all there are`, () => {
  const wrong = all.flatMap(({ pair, outcome, findable, results }) => {
    const rows = new Set(findable.map(({ row }) => row.id));
    const there = pair.wish.perRow ? rows.size : findable.length;
    const expected = outcome === "found" ? Math.min(pair.wish.k, there) : 0;
    return results.length === expected
      ? []
      : [{ pair, expected, results: results.length }];
  });

  deepStrictEqual(wrong.slice(0, SHOWN), []);
});

Deno.test(`W13 of ${SEARCHES} searches only those for what is like a row that its caller cannot select fail`, () => {
  const wrong = all.filter(({ pair: { wish }, visible, outcome }) => {
    const isThere = wish.like === undefined || visible.has(wish.like[0] ?? 0);
    return outcome !== (isThere ? "found" : "no row");
  });

  const shown = wrong.slice(0, SHOWN);
  deepStrictEqual(shown.map(({ pair, outcome }) => [pair, outcome]), []);
  ok(all.some(({ outcome }) => outcome === "no row"));
});
