/**
 * Notes that are indexed, and sessions that work on their index, on a real
 * PostgreSQL.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import {
  type Claim,
  type Done,
  type Queue,
  type Row,
  type Settled,
  supabaseQueue,
} from "../../supabase/functions/vector-index/queue.ts";
import { until } from "../until.ts";
import { type Project, type Session, startProject } from "./project.ts";
import { clientOf } from "./rpc.ts";

let started: Promise<Project> | undefined;

/** Ends the server, if there is one. */
export async function end(): Promise<void> {
  await (await started)?.[Symbol.asyncDispose]();
}

/** `rows` notes to be indexed, and sessions of the one server of these tests. */
export async function begin(
  rows: number,
  count = 3,
): Promise<[Session, Session, Session, ...Session[]]> {
  started ??= startProject();
  const [sql, user, eye, ...more] = await (await started).sessions(count);
  if (sql === undefined || user === undefined || eye === undefined) {
    throw new Error("No session");
  }
  await sql.unsafe(`
    select portico.unwatch(name) from portico_index.sources;
    drop table if exists public.notes;
    truncate portico.index_runs, portico.embeddings, portico.embedding_requests;
    create table public.notes (id int primary key, title text);
    select portico.watch('notes', 'public.notes', 'title', model => 'words',
      dimensions => 2);
    insert into public.notes
    select i, 'text ' || i from generate_series(1, ${rows}) as i;`);
  await tendAll(sql);
  return [sql, user, eye, ...more];
}

/** A new run in a session. */
export function runIn(sql: Session): Queue {
  return supabaseQueue(clientOf(sql), crypto.randomUUID());
}

export async function tendAll(sql: Session): Promise<void> {
  while ((await runIn(sql).tend(1000)).more);
}

export async function claim(queue: Queue, size = 1000): Promise<Claim> {
  const claim = await queue.claim(size, 15);
  ok(claim);
  return claim;
}

export function keysOf({ rows }: Claim): string[] {
  return rows.map(({ key }) => key).sort();
}

/** A row of one chunk, which is its text: they have one hash. */
function doneOf({ key, version, text, seal, metadata }: Row): Done {
  const chunks = text === undefined || seal === undefined
    ? []
    : [{ content: text, hash: seal }];
  return { key, version, seal, metadata, chunks };
}

/** Writes all of a claim. */
export function settle(
  queue: Queue,
  { generation, rows }: Claim,
): Promise<Settled> {
  const done = rows.map(doneOf);
  const hashes = done.flatMap(({ chunks }) => chunks.map(({ hash }) => hash));
  const vectors = Object.fromEntries(hashes.map((it) => [it, "{1,0}"]));
  return queue.settle(generation, done, { vectors, used: null, paid: false });
}

/** Until `count` backends wait for a lock, as `eye` sees it. */
export async function blocked(eye: Session, count = 1): Promise<void> {
  await until(async () => {
    const rows = await eye`
      select from pg_stat_activity where wait_event_type = 'Lock'`;
    return rows.length >= count;
  });
}

/** Says that time has passed, for everybody who waits for it. */
export async function letTimePass(sql: Session): Promise<void> {
  await sql`update portico.dirty_rows set due_at = due_at - interval '1 hour'`;
}

/** Has everything done. */
export async function workOff(sql: Session): Promise<void> {
  await letTimePass(sql);
  const queue = runIn(sql);
  for (;;) {
    const claim = await queue.claim(1000, 15);
    if (claim === null) return;
    await settle(queue, claim);
  }
}

export async function prove(sql: Session): Promise<Record<string, number>> {
  const [row] = await sql<{ it: Record<string, number> }[]>`
    select to_jsonb(it) as it from portico.prove('notes') as it`;
  return row?.it ?? {};
}

export async function textsIn(sql: Session): Promise<string[]> {
  const [source] = await sql`select serving from portico_index.sources`;
  const rows = await sql<{ content: string }[]>`
    select content from ${sql(`portico_index.chunks_${source?.["serving"]}`)}
    order by key_1`;
  return rows.map(({ content }) => content);
}

/** Somebody who has changed notes and not committed it. */
export async function amid<T>(
  user: Session,
  change: string,
  work: () => Promise<T>,
): Promise<T> {
  await user.unsafe(`begin; ${change}`);
  try {
    return await work();
  } finally {
    await user`commit`;
  }
}
