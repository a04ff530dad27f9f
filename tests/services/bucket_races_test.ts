/**
 * Vector buckets while many sessions write chunks, take rows and die: nobody has
 * what somebody else has, nobody waits for long, and in the end the bucket is what
 * the index is.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { supabaseBucket } from "../../supabase/functions/vector-index/bucket/bucket.ts";
import { supabaseLedger } from "../../supabase/functions/vector-index/bucket/ledger.ts";
import {
  Sink,
  type SinkBudget,
} from "../../supabase/functions/vector-index/bucket/sink.ts";
import { SINK } from "../../supabase/functions/vector-index/policy.ts";
import { dice } from "../index/random.ts";
import { indexOf, vectorsIn } from "../sink/pool.ts";
import { drain, scopeOf } from "../sink/runs.ts";
import { startWorld, type World } from "../world.ts";
import { amid, begin, end, runIn, settle, workOff } from "./notes.ts";
import type { Session } from "./project.ts";
import { clientOf } from "./rpc.ts";
import { serviceTest } from "./service.ts";

Deno.test.afterAll(end);

/** Storage is the local stack's, and the index is PostgreSQL's. */
let storage: Promise<World> | undefined;
Deno.test.afterAll(async () => await (await storage)?.[Symbol.asyncDispose]());

async function newRun(
  sql: Session,
  budget: Partial<SinkBudget> = {},
  run = crypto.randomUUID(),
): Promise<Sink> {
  const world = await (storage ??= startWorld());
  const whole = { ...SINK, ...budget };
  const { url } = world.stack;
  return new Sink(
    supabaseLedger(clientOf(sql), run),
    supabaseBucket(scopeOf(world, url), whole.callMs),
    whole,
  );
}

/** Notes that are indexed, with a sink that has nothing of them yet. */
async function beginSink(rows: number, count = 4) {
  const sessions = await begin(rows, count);
  const [sql] = sessions;
  await workOff(sql);
  await sql`select portico.sink('notes', 'embeddings', 'notes')`;
  return sessions;
}

async function finish(sql: Session): Promise<void> {
  await sql`update portico.bucket_indexes
    set leased_until = '-infinity', not_before = '-infinity'`;
  await sql`update portico.bucket_rows set due_at = '-infinity'`;
  await drain(await newRun(sql));
  const due = await sql`select key from portico.due_buckets`;
  deepStrictEqual([...due], []);
}

/** What there is, by the bucket and by the index: names and texts. */
async function both(sql: Session): Promise<[unknown, unknown]> {
  const [made] = await sql`
    select generation, name from portico.bucket_indexes
    where generation is not null`;
  const index = indexOf(await storage as World, "embeddings", made?.["name"]);
  const there = [...await vectorsIn(index) ?? []].map((
    [name, { metadata }],
  ) => [
    name,
    metadata["content"],
    `${metadata["version"]}`,
  ]);
  const chunks = await sql`
    select jsonb_build_array(key_1)::text || '#' || n as name, content,
      version::text
    from ${sql(`portico_index.chunks_${made?.["generation"]}`)}`;
  return [
    there.sort(),
    chunks.map(({ name, content, version }) => [name, content, version]).sort(),
  ];
}

serviceTest(
  "of eight who take an index at the same instant one has it",
  async () => {
    const [sql, ...others] = await beginSink(20, 8);
    await finish(sql);

    for (let round = 0; round < 5; round++) {
      await sql`update notes set title = ${`round ${round}`} || id`;
      await workOff(sql);
      const claims = await Promise.all(
        [sql, ...others].map((it) =>
          supabaseLedger(clientOf(it), crypto.randomUUID()).claim(500, 60)
        ),
      );

      const tasks = claims.filter((it) => typeof it !== "string");
      deepStrictEqual(tasks.map(({ outcome }) => outcome), ["rows"]);
      await finish(sql);
    }
    const [there, chunks] = await both(sql);
    deepStrictEqual(there, chunks);
  },
);

serviceTest(
  "who takes and settles rows waits for nobody who is writing chunks",
  async () => {
    const [sql, user] = await beginSink(3);
    await finish(sql);
    await sql`update notes set title = 'before ' || id`;
    await workOff(sql);
    const [made] = await sql`select id from portico_index.generations`;
    const write = `update portico_index.chunks_${made?.["id"]}
      set content = 'amid' where key_1 = 1`;

    const { written, moved } = await amid(user, write, async () => {
      await sql`set statement_timeout = '3s'`;
      return await drain(await newRun(sql));
    });

    // The row that somebody has is as it was, and stays to be done.
    deepStrictEqual([written, moved > 0], [2, true]);
    await sql`set statement_timeout = 0`;
    await finish(sql);
    const [there, chunks] = await both(sql);
    deepStrictEqual(there, chunks);
  },
);

serviceTest(
  "whoever dies and whatever changes, a bucket is what the index is in the end",
  async () => {
    const [sql, user, other, ...workers] = await beginSink(40, 8);
    const [first, second, ...sinks] = workers;
    ok(first !== undefined && second !== undefined);
    const { below } = dice(7);
    let isOver = false;
    let [deaths, written] = [0, 0];
    const index = async (session: Session) => {
      while (!isOver) {
        const queue = runIn(session);
        const claim = await queue.claim(5, 15);
        if (claim !== null) await settle(queue, claim);
      }
    };
    const put = async (session: Session) => {
      while (!isOver) {
        const id = crypto.randomUUID();
        const budget = { maxVectors: 1 + below(20), maxTasks: 3 };
        const run = await newRun(session, budget, id);
        // It dies in the middle of something, one time of three.
        if (below(3) > 0) {
          written += (await drain(run)).written;
        } else if (await die(run, below(6))) {
          deaths++;
          // Nobody has to wait until its lease has ended: it sends nothing more.
          await session`update portico.bucket_indexes
            set leased_until = '-infinity' where lease = ${id}`;
        }
      }
    };
    const change = async (session: Session) => {
      for (let n = 0; deaths < 100 && n < 20_000; n++) {
        const id = 1 + below(60);
        await session.unsafe(
          below(3) === 0
            ? `delete from notes where id = ${id}`
            : `insert into notes values (${id}, 'text ${n}')
               on conflict (id) do update set title = excluded.title`,
        );
      }
    };

    const working = Promise.all([
      ...[first, second].map(index),
      ...sinks.map(put),
    ]);
    try {
      await Promise.all([user, other].map(change));
    } finally {
      isOver = true;
    }
    await working;

    await workOff(sql);
    await finish(sql);
    const [there, chunks] = await both(sql);
    deepStrictEqual(there, chunks);
    ok(deaths >= 100 && written > 100, `${deaths} deaths, ${written} rows`);
    const left = await sql`select key from portico.bucket_rows`;
    strictEqual(left.length, 0);
  },
);

/** Has a run do all up to what it would say at its step `at`; whether it came there. */
async function die(run: Sink, at: number): Promise<boolean> {
  let calls = 0;
  const mortal = new Sink(
    Object.fromEntries(
      Object.entries(run.ledger).map(([name, act]) => [
        name,
        (...given: unknown[]) => {
          if (calls++ === at) throw new Error("Died");
          return act(...given);
        },
      ]),
    ) as unknown as Sink["ledger"],
    run.bucket,
    run.budget,
  );
  try {
    await drain(mortal);
    return false;
  } catch (error) {
    if (error instanceof Error && error.message === "Died") return true;
    throw error;
  }
}
