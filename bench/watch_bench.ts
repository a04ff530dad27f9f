/**
 * What does it cost a statement that its table is watched, and how long does a
 * change take to be found?
 *
 * Two tables that are alike, of which one is watched, take turns; in PGlite, so
 * that each statement is a transaction of its own in the same process. Then fifty
 * rows a second are changed for ten seconds, through the whole stack: the
 * trigger, its call, the function, a provider that takes 20 ms, and the index.
 *
 *     deno task bench watch
 *
 * @module
 */
import { startEmbedServer } from "../supabase/functions/_shared/testing/embed_server.ts";
import { startEdited } from "../tests/edited.ts";
import { shelfOf } from "../tests/index/shelf.ts";
import { startWorld } from "../tests/world.ts";
import { median, table } from "../tools/report.ts";

const ROUNDS = 300;
const WARM_UP = 50;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const at = performance.now();
  await work();
  return performance.now() - at;
}

/** Statements of `rows` rows each: `TABLE` is one of the two. */
const STATEMENTS: readonly [what: string, rows: number, script: string][] = [
  ["insert of a row", 1, "insert into TABLE (title) values ('a text')"],
  [
    "update of its text",
    1,
    "update TABLE set title = title || 'x' where id = 1",
  ],
  ["update of another column", 1, "update TABLE set views = 1 where id = 1"],
  ["update of 1,000 texts", 1000, "update TABLE set title = title || 'x'"],
  ["update of 1,000 others", 1000, "update TABLE set views = 1"],
];

async function costs(): Promise<void> {
  await using world = await startWorld();
  const shelf = shelfOf(world);
  for (const name of ["plain", "watched"]) {
    await shelf.run(
      `create table public.${name} (
         id int primary key generated always as identity, title text, views int
       )`,
    );
  }
  await shelf.run("select portico.watch('it', 'public.watched', 'title')");
  const rows: string[][] = [];
  for (const [what, count, script] of STATEMENTS) {
    const times = { plain: [] as number[], watched: [] as number[] };
    const rounds = count === 1 ? ROUNDS : 20;
    for (let round = count === 1 ? -WARM_UP : -3; round < rounds; round++) {
      await refill(shelf, count);
      for (const name of ["plain", "watched"] as const) {
        const ms = await timed(() =>
          world.stack.database.asOwner((sql) =>
            sql.run(script.replace("TABLE", `public.${name}`))
          )
        );
        if (round >= 0) times[name].push(ms);
      }
    }
    const plain = median(times.plain);
    const watched = median(times.watched);
    const more = (watched - plain) / count;
    rows.push([
      what,
      plain.toFixed(2),
      watched.toFixed(2),
      more.toFixed(4),
      (watched / plain).toFixed(2),
    ]);
  }
  table(["statement", "ms", "watched, ms", "more a row, ms", "ratio"], rows);
}

async function refill(shelf: ReturnType<typeof shelfOf>, count: number) {
  for (const name of ["plain", "watched"]) {
    await shelf.run(
      `truncate public.${name} restart identity;
       insert into public.${name} (title)
       select 'a text' from generate_series(1, ${count})`,
    );
  }
  await shelf.run(
    "delete from portico.dirty_rows; delete from portico.index_requests",
  );
}

const DIMENSIONS = 384;

async function freshness(): Promise<void> {
  await using model = startEmbedServer({
    dimensions: DIMENSIONS,
    latencyMs: 20,
  });
  await using world = await startEdited({}, {
    "functions/.env": `EMBED_URL=${model.url}\n`,
  });
  const shelf = shelfOf(world);
  await shelf.run(
    `create table public.notes (
       id int primary key, title text, changed_at timestamptz default now()
     );
     select portico.watch('notes', 'public.notes', 'title', model => 'words',
       dimensions => ${DIMENSIONS});
     update portico.jobs set woken_at = '-infinity'`,
  );
  await shelf.index();
  const began = performance.now();
  for (let id = 0; id < 500; id++) {
    const dueMs = began + id * 20 - performance.now();
    if (dueMs > 0) await new Promise((go) => setTimeout(go, dueMs));
    await shelf.run(
      `insert into public.notes values (${id}, 'change ${id}', clock_timestamp())`,
    );
  }
  const took = performance.now() - began;
  while ((await shelf.prove("notes")).missing > 0) {
    await new Promise((go) => setTimeout(go, 50));
  }
  const [made] = await shelf.rows<{ id: number }>(
    "select serving as id from portico_index.sources",
  );
  const [lag] = await shelf.rows<{ lags: number[] }>(
    `select percentile_cont(array[0.5, 0.9, 0.99]) within group (
       order by extract(epoch from it.indexed_at - note.changed_at) * 1000
     ) as lags
     from portico_index.chunks_${made?.id} as it
     join public.notes as note on note.id = it.key_1`,
  );
  const [p50 = NaN, p90 = NaN, p99 = NaN] = lag?.lags ?? [];
  table(["changes/s", "p50, ms", "p90, ms", "p99, ms", "calls"], [[
    (500_000 / took).toFixed(0),
    p50.toFixed(0),
    p90.toFixed(0),
    p99.toFixed(0),
    `${model.calls}`,
  ]]);
}

await costs();
await freshness();
Deno.exit(0); // PGlite leaves a timer behind
