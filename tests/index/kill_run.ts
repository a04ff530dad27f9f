/**
 * An index that is worked on by processes which are killed, while its table
 * changes, its provider fails and its database crashes.
 *
 * @module
 */
import { seconds } from "../../supabase/functions/_shared/units.ts";
import { startEmbedServer } from "../../supabase/functions/_shared/testing/embed_server.ts";
import { supabaseQueue } from "../../supabase/functions/vector-index/queue.ts";
import { type Session, startProject } from "../services/project.ts";
import { clientOf } from "../services/rpc.ts";
import { BOOKS, DIMENSIONS, WATCH } from "./books.ts";
import { type Crew, hire } from "./crew.ts";
import { badDay } from "./faults.ts";
import { dice } from "./random.ts";
import type { Proof } from "./shelf.ts";
import { judge, type Verdict } from "./verdict.ts";
import { write } from "./writer.ts";

/** How hard it is made. */
export interface Plan {
  readonly changes: number;
  readonly seed: number;
  readonly workers: number;
  /** Changes a second, as people make them. */
  readonly rate: number;
  /** Whether anything goes wrong: workers, texts, the provider, the database. */
  readonly isKind: boolean;
}

/** What became of it. */
export interface Report extends Verdict, Plan {
  /** Workers that were killed: by us, and by what they were to embed. */
  readonly byUs: number;
  readonly byRows: number;
  /** Of the database. */
  readonly restarts: number;
  /** From the first change to the last that is indexed or set aside. */
  readonly seconds: number;
  readonly changesPerSecond: number;
  readonly proof: Proof;
  /** Rows that a comparison from beginning to end finds to repair. */
  readonly drift: number;
  /** Of the provider, faults included. */
  readonly calls: number;
  /** Texts that it has answered, and how many of these it had before. */
  readonly texts: number;
  readonly textsTwice: number;
}

/** Four of them write. */
const WRITERS = 4;

/** A worker lives as long as this, of which it starts for 0.3 s. */
const LIFE = { least: 700, most: 2500 };

/** Of each call of a provider. */
const LATENCY_MS = 20;

/** So short that what a dead worker had is soon somebody else's. */
const SHORT = { leaseS: 1, beatMs: 400 };

/** Runs all of it; if it is `over` before that, throws its reason. */
export async function killRun(
  plan: Plan,
  over: AbortSignal = new AbortController().signal,
): Promise<Report> {
  await using project = await startProject();
  const [sql, ...writers] = await project.sessions(1 + WRITERS);
  if (sql === undefined) throw new Error("No session");
  await sql.unsafe(BOOKS);
  await sql.unsafe(WATCH);
  await using model = startEmbedServer({
    dimensions: DIMENSIONS,
    latencyMs: LATENCY_MS,
  });
  if (!plan.isKind) model.fault = badDay(dice(plan.seed + 1));

  const crashes: Promise<void>[] = [];
  await using crew = crewOf(plan, project.url, model.url);
  const began = performance.now();
  const work = async () => {
    await change(writers, plan, () => crashes.push(project.restart()));
    await Promise.all(crashes);
    await drain(sql, plan);
  };
  await Promise.race([work(), end(over)]);
  const took = (performance.now() - began) / 1000;
  await crew[Symbol.asyncDispose]();

  const { calls, texts } = model;
  return {
    ...plan,
    ...crew.kills,
    restarts: crashes.length,
    seconds: round(took),
    changesPerSecond: round(plan.changes / took),
    ...await judge(sql),
    proof: await proofOf(sql),
    drift: await driftOf(sql),
    calls,
    texts: texts.length,
    textsTwice: texts.length - new Set(texts).size,
  };
}

function end(over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(over.reason);
    if (over.aborted) stop();
    over.addEventListener("abort", stop, { once: true });
  });
}

function crewOf(
  { workers, seed, isKind }: Plan,
  database: string,
  provider: string,
): Crew {
  const chance = dice(seed + 2);
  return isKind
    ? hire({ database, provider, budget: {} }, { workers, chance })
    : hire({ database, provider, budget: SHORT }, {
      ...{ workers, chance, life: LIFE },
    });
}

/** Has everything written; `onMiddle` is called half way if it is to hurt. */
function change(
  writers: readonly Session[],
  { changes, seed, rate, isKind }: Plan,
  onMiddle: () => void,
): Promise<void> {
  const middle = Math.ceil(changes / 2);
  return write(writers, {
    ...{ changes, seed, rate, isEvil: !isKind },
    keys: Math.ceil(changes / 2),
    onChange: (n) => n === middle && !isKind && onMiddle(),
  });
}

/** Until nothing is left to do. A poisoned text is tried for half a minute. */
async function drain(sql: Session, { changes }: Plan): Promise<void> {
  const end = performance.now() + seconds(120 + changes / 20);
  while (performance.now() < end) {
    // Who fills an index marks rows that are being settled once more.
    const [left] = await sql`
      select from portico.dirty_rows
      union all
      select from portico.index_progress where filled_at is null
      limit 1`;
    if (left === undefined) return;
    await new Promise((go) => setTimeout(go, 50));
  }
}

async function proofOf(sql: Session): Promise<Proof> {
  const [row] = await sql<{ proof: Proof }[]>`
    select to_jsonb(it) as proof from portico.prove('books') as it`;
  if (row === undefined) throw new Error("No proof");
  return row.proof;
}

async function driftOf(sql: Session): Promise<number> {
  const queue = supabaseQueue(clientOf(sql), crypto.randomUUID());
  await sql`select portico.reconcile('books')`;
  while ((await queue.tend(1000)).more);
  const [row] = await sql`select count(*)::int as n from portico.dirty_rows`;
  return row?.["n"];
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
