/**
 * How fast does the index follow its tables, on a real PostgreSQL with two workers
 * and a provider that takes 20 ms a call?
 *
 * Workers are processes of their own, which look for work all the time. What a
 * cron period or a webhook adds is not in it, nor PostgREST, nor pgvector; but for
 * the last row, which is of the local stack with cron alone.
 *
 *     deno task bench vector_index
 *
 * It needs Debian's PostgreSQL: see tools/debian.ts.
 *
 * @module
 */
import {
  type EmbedServer,
  startEmbedServer,
} from "../supabase/functions/_shared/testing/embed_server.ts";
import { BOOKS, DIMENSIONS, WATCH } from "../tests/index/books.ts";
import { type Crew, hire } from "../tests/index/crew.ts";
import { killRun } from "../tests/index/kill_run.ts";
import { dice } from "../tests/index/random.ts";
import { shelfOf } from "../tests/index/shelf.ts";
import {
  type Project,
  type Session,
  startProject,
} from "../tests/services/project.ts";
import { startWorld } from "../tests/world.ts";
import { median, table } from "../tools/report.ts";

const WORKERS = 2;
const LATENCY_MS = 20;
const BACKLOG = 5000;
const CHANGES = 10_000;

/** A second, and for how many seconds. */
const PACE = 50;
const SECONDS = 30;

/** Changes that nobody is told of: three periods of cron. */
const LOST = 45;

const rows: string[][] = [];

/** A table that is watched, and its provider. */
async function world(): Promise<
  AsyncDisposable & {
    readonly sql: Session;
    readonly eye: Session;
    readonly model: EmbedServer;
    hire(): Crew;
  }
> {
  await using opened = new AsyncDisposableStack();
  const project: Project = opened.use(await startProject());
  const [sql, eye] = await project.sessions(2);
  if (sql === undefined || eye === undefined) throw new Error("No session");
  await sql.unsafe(BOOKS);
  await sql.unsafe(WATCH);
  const model = opened.use(
    startEmbedServer({ dimensions: DIMENSIONS, latencyMs: LATENCY_MS }),
  );
  const job = { database: project.url, provider: model.url, budget: {} };
  const closing = opened.move();
  return {
    ...{ sql, eye, model },
    hire: () => closing.use(hire(job, { workers: WORKERS, chance: dice(1) })),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((go) => setTimeout(go, ms));
}

/** Rows of one chunk that wait when the workers come. */
async function backlog(): Promise<void> {
  await using it = await world();
  await it.sql.unsafe(`
    insert into books (id, org, title, body)
    select i, 1, 'The title of ' || i, 'The body of ' || i
    from generate_series(1, ${BACKLOG}) as i`);
  const crew = it.hire();
  const first = performance.now();
  while (true) {
    const [left] = await it.eye`select from portico.dirty_rows limit 1`;
    if (left === undefined) break;
    await pause(20);
  }
  const seconds = (performance.now() - first) / 1000;
  await crew[Symbol.asyncDispose]();
  const calls = it.model.calls * 1000 / BACKLOG;
  const twice = it.model.texts.length - new Set(it.model.texts).size;
  rows.push(
    ["calls for 1,000 rows of a backlog", calls.toFixed(1), "at most 16"],
    ["rows of a backlog a second", (BACKLOG / seconds).toFixed(0), ""],
    ["of its texts, asked for twice", `${twice}`, "0"],
  );
}

/** Inserts, updates and deletes of four sessions, as fast as they can. */
async function changes(): Promise<void> {
  const report = await killRun({
    ...{ changes: CHANGES, seed: 1, workers: WORKERS, isKind: true },
    rate: Infinity,
  });
  rows.push(
    [
      "changes a second, until all are indexed",
      report.changesPerSecond.toFixed(0),
      "at least 500",
    ],
    [
      "of their texts, asked for twice",
      `${report.textsTwice} of ${report.texts}`,
      "0, but for texts whose key changes",
    ],
  );
}

/** From each commit until a search could find the row. */
async function freshness(): Promise<void> {
  await using it = await world();
  it.hire();
  const [source] = await it.sql`select serving from portico_index.sources`;
  const chunks = it.sql(`portico_index.chunks_${source?.["serving"]}`);
  const waiting = new Map<number, number>();
  const times: number[] = [];
  const count = PACE * SECONDS;
  const look = async () => {
    while (times.length < count) {
      const ids = [...waiting.keys()];
      const found = await it.eye<{ id: number }[]>`
        select key_1 as id from ${chunks} where key_1 = any(${ids})`;
      for (const { id } of found) {
        times.push(performance.now() - (waiting.get(id) ?? NaN));
        waiting.delete(id);
      }
      await pause(3);
    }
  };
  await pause(2000); // until the workers are there
  const looking = look();
  const began = performance.now();
  for (let id = 1; id <= count; id++) {
    await pause(began + id * 1000 / PACE - performance.now());
    await it.sql`insert into books (id, org, title)
      values (${id}, 1, ${`The title of ${id}`})`;
    waiting.set(id, performance.now());
  }
  await looking;
  const worst = times.toSorted((a, b) => a - b)[Math.ceil(count * 0.99) - 1];
  rows.push(
    [
      `ms from a commit to the index at ${PACE} changes a second, median`,
      median(times).toFixed(0),
      "at most 100",
    ],
    ["the same, 99 of 100", `${worst?.toFixed(0)}`, "at most 500"],
  );
}

/** A statement of one row, on a table that is watched and on one that is not. */
const ONE_ROW: readonly [what: string, script: string][] = [
  ["insert of a row", "insert into TABLE (title) values ('a text')"],
  ["update of its text", "update TABLE set title = title || 'x' where id = 1"],
  ["update of another column", "update TABLE set views = 1 where id = 1"],
];

/** As `bench watch` has it of PGlite: each statement commits. */
async function triggers(): Promise<void> {
  await using it = await world();
  for (const name of ["plain", "watched"]) {
    await it.sql.unsafe(`create table public.${name} (
      id int primary key generated always as identity, title text, views int);
      insert into public.${name} (title) values ('a text')`);
  }
  await it.sql.unsafe("select portico.watch('it', 'public.watched', 'title')");
  for (const [what, script] of ONE_ROW) {
    const times = { plain: [] as number[], watched: [] as number[] };
    for (let round = -50; round < 1000; round++) {
      for (const name of ["plain", "watched"] as const) {
        const at = performance.now();
        await it.sql.unsafe(script.replace("TABLE", `public.${name}`));
        if (round >= 0) times[name].push(performance.now() - at);
      }
    }
    const more = median(times.watched) - median(times.plain);
    rows.push([`more of a watched table, ms: ${what}`, more.toFixed(2), "0.3"]);
  }
}

/**
 * On the local stack, where every call of the database gets lost and cron alone is
 * left: from a change, one a second, until a search could find it.
 */
async function lost(): Promise<void> {
  await using it = await startWorld({ cron: true });
  const shelf = shelfOf(it);
  await shelf.run(`
    create table public.notes (id int primary key, text text);
    select portico.watch('notes', 'public.notes', 'text');
  `);
  await shelf.index();
  await shelf.run("update portico.jobs set woken_at = 'infinity'");
  const [source] = await shelf.rows<{ serving: number }>(
    "select serving from portico_index.sources",
  );
  const since = new Map<number, number>();
  const seconds: number[] = [];
  const began = performance.now();
  for (let id = 1; seconds.length < LOST;) {
    if (id <= LOST && performance.now() > began + id * 1000) {
      await shelf.run(`insert into public.notes values (${id}, 'text ${id}')`);
      since.set(id++, performance.now());
    }
    const found = await shelf.rows<{ id: number }>(
      `select key_1 as id from portico_index.chunks_${source?.serving}
       where key_1 = any ($1)`,
      [[...since.keys()]],
    );
    for (const { id } of found) {
      seconds.push((performance.now() - (since.get(id) ?? NaN)) / 1000);
      since.delete(id);
    }
    await pause(20);
  }
  rows.push([
    "s from a change to the index while every call gets lost, at most",
    Math.max(...seconds).toFixed(1),
    "at most 16: a period of cron and 1",
  ]);
}

await backlog();
await changes();
await freshness();
await triggers();
await lost();
table(["what", "measured", "goal"], rows);
