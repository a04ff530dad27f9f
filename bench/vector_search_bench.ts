/**
 * How long does a search take, and how much of what is nearest does it find? By
 * meaning, by words and by both, for somebody who sees a tenth of a table and for
 * somebody who sees all, with and without an index of its vectors.
 *
 * The peer is what Supabase's guide to hybrid search has: one function of SQL over
 * one table that has the texts, their words and their vectors, under the same
 * policy, in turn. Both are called in the database of the local stack.
 *
 *     deno task bench vector_search
 *
 * @module
 */
import { found } from "../tests/search/seeker.ts";
import {
  type Asked,
  askedOf,
  fillShelves,
  type Find,
  findByIndex,
  POLICY,
  READERS,
  recallOf,
  SOUGHT,
} from "../tests/search/shelves.ts";
import { startWorld, type World } from "../tests/world.ts";
import { median, table } from "../tools/report.ts";

const SIZES = [10_000, 50_000];
const ROUNDS = 3;
const MODES = ["semantic", "keyword", "hybrid"] as const;

type Mode = typeof MODES[number];
type Reader = keyof typeof READERS;

/** A table as the guide has it, from what is indexed. */
async function makePeer(world: World, generation: number): Promise<void> {
  await world.rows(
    `create table public.peers (
       id int primary key, owner uuid, content text, fts tsvector,
       embedding extensions.vector(100)
     )`,
  );
  await world.rows(
    `insert into public.peers
     select shelf.id, owner, content, words, embedding
     from portico_index.chunks_${generation}
     join public.shelves as shelf on shelf.id = key_1`,
  );
  for (
    const statement of [
      "create index on public.peers using gin (fts)",
      "alter table public.peers enable row level security",
      `create policy theirs on public.peers for select using (${POLICY})`,
      "grant select on public.peers to authenticated",
      "analyze public.peers",
    ]
  ) await world.rows(statement);
}

const NEAR = `select id, row_number() over (order by distance) as rank from (
    select id, embedding operator(extensions.<#>)
      $2::text::extensions.vector as distance
    from public.peers order by embedding operator(extensions.<#>)
      $2::text::extensions.vector limit 20
  ) as it where $1::text is not null`;
const SAID = `select id, row_number() over (
    order by ts_rank_cd(fts, websearch_to_tsquery('english', $1)) desc
  ) as rank
  from public.peers where fts @@ websearch_to_tsquery('english', $1)
    and $2::text is not null
  order by rank limit 20`;

/** The guide's search, of the first ten. */
const PEER: Readonly<Record<Mode, string>> = {
  semantic: `select peers.* from (${NEAR}) as near
    join public.peers using (id) order by rank limit 10`,
  keyword: `select peers.* from (${SAID}) as said
    join public.peers using (id) order by rank limit 10`,
  hybrid: `with near as (${NEAR}), said as (${SAID})
    select peers.* from near full join said using (id)
    join public.peers using (id)
    order by coalesce(1.0 / (50 + near.rank), 0)
      + coalesce(1.0 / (50 + said.rank), 0) desc limit 10`,
};

const findByPeer: Find = (sql, vector) =>
  sql.query(
    `select -(it.embedding operator(extensions.<#>)
       $2::text::extensions.vector) as similarity
     from (${PEER.semantic}) as it`,
    ["", vector],
  );

async function timed(work: () => Promise<unknown>): Promise<number> {
  const at = performance.now();
  await work();
  return performance.now() - at;
}

/** The milliseconds that so many of 100 take at most. */
function percentile(times: readonly number[], of100: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * of100 / 100) - 1] ?? NaN;
}

/** The medians, over rounds, of each round's percentiles. */
class Series {
  readonly #halves: number[] = [];
  readonly #most: number[] = [];

  add(times: readonly number[]): void {
    this.#halves.push(percentile(times, 50));
    this.#most.push(percentile(times, 95));
  }

  get cells(): string[] {
    return [median(this.#halves), median(this.#most)]
      .map((it) => it.toFixed(1));
  }
}

/** What somebody searches by. */
interface Way {
  readonly mode: Mode;
  readonly reader: Reader;
}

/** The milliseconds of one search, by us and by the peer. */
async function pairOf(
  world: World,
  { mode, reader }: Way,
  { text, vector }: Asked,
): Promise<readonly [own: number, peer: number]> {
  const { database } = world.stack;
  const wish = { mode, k: 10, perRow: true, query: text, vector };
  const ask = (statement: string, given: unknown[]) =>
    timed(() =>
      database.as(READERS[reader], (sql) => sql.query(statement, given))
    );
  return [
    await ask("select portico_api.search_index('shelves', $1)", [wish]),
    await ask(PEER[mode], [text, vector]),
  ];
}

/** One line of the table. */
async function lineOf(
  world: World,
  way: Way,
  asked: readonly Asked[],
): Promise<string[]> {
  const ours = new Series();
  const theirs = new Series();
  for (let round = -1; round < ROUNDS; round++) {
    const pairs: (readonly [number, number])[] = [];
    for (const one of asked) pairs.push(await pairOf(world, way, one));
    if (round < 0) continue;
    ours.add(pairs.map(([own]) => own));
    theirs.add(pairs.map(([, peer]) => peer));
  }
  return [way.mode, way.reader, ...ours.cells, ...theirs.cells];
}

async function compare(
  world: World,
  what: string,
  asked: readonly Asked[],
): Promise<string[][]> {
  const lines: string[][] = [];
  for (const reader of ["10 %", "all"] as const) {
    for (const mode of MODES) {
      const line = await lineOf(world, { mode, reader }, asked);
      lines.push([what, ...line]);
    }
  }
  return lines;
}

/** The whole function, by the client, as a person who sees a tenth. */
async function overHttp(
  world: World,
  asked: readonly Asked[],
): Promise<string[]> {
  const { client } = await world.newPerson();
  const { sub } = READERS["10 %"];
  const decide = (policy: string) =>
    world.rows(`alter policy theirs on public.shelves using (${policy})`);
  await decide(`owner = '${sub}' or owner = (select auth.uid())`);
  const series = new Series();
  for (let round = -1; round < ROUNDS; round++) {
    const times: number[] = [];
    for (const { text: query } of asked) {
      times.push(
        await timed(() => found(client, { source: "shelves", query })),
      );
    }
    if (round >= 0) series.add(times);
  }
  await decide(POLICY);
  return series.cells;
}

/** Both tables' vectors get an index; the answer is how long ours took. */
async function buildIndexes(world: World, generation: number): Promise<number> {
  const took = await timed(() =>
    world.rows("select portico.build_index($1)", [generation])
  );
  await world.rows(
    `create index on public.peers
     using hnsw (embedding extensions.vector_ip_ops)`,
  );
  return took;
}

const asked = await askedOf();
const speed: string[][] = [];
const recall: string[][] = [];
for (const size of SIZES) {
  const world = await startWorld();
  const chunks = size.toLocaleString();
  const generation = await fillShelves(world, size);
  await makePeer(world, generation);
  speed.push(...await compare(world, `${chunks}, no index`, asked));
  const http = await overHttp(world, asked);
  speed.push([`${chunks}, over HTTP`, "hybrid", "10 %", ...http, "", ""]);
  const took = await buildIndexes(world, generation);
  speed.push(...await compare(world, `${chunks}, HNSW`, asked));
  for (const [name, sought] of SOUGHT) {
    const where = { world, generation, asked };
    const own = await recallOf(findByIndex, sought, where);
    // It has no filters.
    const peer = sought.condition === "true"
      ? (await recallOf(findByPeer, sought, where)).toFixed(3)
      : "";
    recall.push([chunks, name, own.toFixed(3), peer]);
  }
  recall.push([chunks, "built in, s", (took / 1000).toFixed(0), ""]);
  await world[Symbol.asyncDispose]();
}

table([
  ...["chunks", "search", "sees", "ms, median", "95 of 100"],
  ...["the guide's, ms", "95 of 100"],
], speed);
table(["chunks", "recall@10 of", "by HNSW", "the guide's"], recall);
Deno.exit(0); // PGlite leaves a timer behind
