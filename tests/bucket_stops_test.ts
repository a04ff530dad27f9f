/**
 * Runs that are stopped anywhere, that overtake each other, or that are slow, while
 * rows go into a Vector bucket: in the end it is what the index is.
 *
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { startNotes, textOf } from "./sink/notes.ts";
import { vectorsIn } from "./sink/pool.ts";
import { drain, letTimePass, newRun, on } from "./sink/runs.ts";

const notes = await startNotes();
Deno.test.afterAll(async () => await notes[Symbol.asyncDispose]());
const { world, shelf, front, index, begin, indexed, run, finish, same } = notes;

/** Thrown where a run is stopped. */
class Stopped extends Error {}

/** A run that is stopped at its call `at`: before it is made, or after. */
async function stopAt(at: number, when: "before" | "after"): Promise<boolean> {
  let calls = 0;
  const stop = () => {
    if (calls++ === at) throw new Stopped();
  };
  try {
    // A row may need several calls.
    await run({ [when]: stop, budget: { maxVectors: 4 } });
    return false;
  } catch (error) {
    if (error instanceof Stopped) return true;
    throw error;
  }
}

const RENEW = `select portico.renew('notes', 'static-en',
  chunking => '{"maxTokens": 32, "overlapTokens": 0}')`;

const MOVE = `select portico.sink('notes', 'embeddings', 'moved');
  select portico.sink('notes', 'embeddings', 'notes')`;

const CHANGE = `update public.notes set title = 'short' where id = 1;
  delete from public.notes where id = 2;
  update public.notes set id = 40 where id = 3`;

/** A chunk that somebody edits by hand. */
function edited(org: string): string {
  return `do $$ begin
    execute format('update portico_index.chunks_%s set m_org = %L
      where key_1 = 2', (select id from portico_index.generations), '${org}');
  end $$`;
}

const REMOVE = "delete from public.notes where id = 1";

/**
 * What there is to do, of every kind, what is changed before the next run, and how
 * many vectors there are then.
 */
const CHORES: readonly [
  what: string,
  begin: () => Promise<void>,
  count: number,
  meanwhile?: string,
][] = [
  ["rows that come", () => add(10, 12), 8],
  ["rows that are shorter, and go", () => shelf.run(CHANGE), 2],
  ["a row that several calls take", () => rewrite(10), 12],
  [
    "a row that was longer",
    () => rewrite(10),
    3,
    "update public.notes set title = 'short' where id = 1",
  ],
  ["a row that has gone", () => rewrite(6), 2, REMOVE],
  // Of the same version then as it was before.
  ["a chunk as it was", () => shelf.run(edited("x")), 5, edited("o")],
  ["another index", () => shelf.run(RENEW), 9],
  ["a sink that is moved", () => shelf.run(MOVE), 5],
  ["vectors that are not ours", spoilBucket, 5],
];

function add(first: number, last: number): Promise<void> {
  return shelf.run(
    `insert into public.notes select i, 'o', 'new ' || i
     from generate_series(${first}, ${last}) as i`,
  );
}

async function rewrite(chunks: number): Promise<void> {
  await shelf.rows("update public.notes set title = $1 where id = 1", [
    textOf(chunks),
  ]);
}

/**
 * What was done and not heard of is harder than what was not done: `-- --all` has
 * both.
 */
const WHEN = Deno.args.includes("--all")
  ? ["before", "after"] as const
  : ["after"] as const;

for (const [what, spoil, count, meanwhile = ""] of CHORES) {
  for (const when of WHEN) {
    Deno.test(`W8 a run that is stopped ${when} any step leaves ${what} to the next`, async () => {
      let isStopped = true;
      for (let at = 0; isStopped; at++) {
        await begin(3);
        await rewrite(3);
        await indexed();
        await finish();
        await spoil();
        await indexed();

        isStopped = await stopAt(at, when);
        await shelf.run(meanwhile);
        await indexed();
        await finish();

        strictEqual(await same(), count, `stopped at ${at}`);
      }
    });
  }
}

/** Puts into the bucket what is not ours, and spoils what is. */
async function spoilBucket(): Promise<void> {
  const there = await vectorsIn(index);
  const float32 = [...there?.get("[2]#0")?.numbers ?? []];
  await index.putVectors({
    vectors: ["theirs", "[2]#9", "[99]#0", "[2]#0"].map((key) => {
      return { key, data: { float32 }, metadata: { seal: "other" } };
    }),
  });
  await index.deleteVectors({ keys: ["[1]#1"] });
  await shelf.run("select portico.reconcile('notes')");
}

Deno.test("two runs at once never have the same index", async () => {
  await begin(50);
  const arrived = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  front.fault = on("PutVectors", async () => {
    arrived.resolve();
    await released.promise;
    return undefined;
  });

  const first = run();
  await arrived.promise;
  const second = await drain(newRun(world));
  const third = await newRun(world).step();
  released.resolve();
  await first;

  deepStrictEqual([second.written, third], [0, false]);
  strictEqual(front.calls.filter((it) => it === "PutVectors").length, 1);
  strictEqual(await same(), 50);
});

Deno.test("what was changed while it was put is put again", async () => {
  await begin(3);
  let isChanged = false;
  front.fault = on("PutVectors", async () => {
    if (isChanged) return undefined;
    isChanged = true;
    await shelf.run(
      `update public.notes set title = 'meanwhile' where id = 1;
       delete from public.notes where id = 2`,
    );
    await indexed();
    return undefined;
  });

  const { written, moved } = await run();

  deepStrictEqual([written, moved], [3, 2]);
  strictEqual(await same(), 2);
});

Deno.test("W7 a row that changes when half of it is put is put from its beginning", async () => {
  await begin(1);
  await rewrite(6);
  await indexed();
  await run({ budget: { maxVectors: 4, maxTasks: 1 } });
  strictEqual((await vectorsIn(index))?.size, 4);

  await shelf.run(
    "update public.notes set title = replace(title, 'Part', 'Piece')",
  );
  await indexed();
  await run({ budget: { maxVectors: 4 } });

  strictEqual(await same(), 6);
});

Deno.test("a row that is shorter keeps what it had until all of it is put", async () => {
  await begin(1);
  await rewrite(12);
  await indexed();
  await finish();
  await rewrite(6);
  await indexed();
  const sizes: unknown[] = [];

  for (const _ of "ab") {
    await run({ budget: { maxVectors: 4, maxTasks: 1 } });
    sizes.push((await vectorsIn(index))?.size);
  }

  deepStrictEqual(sizes, [12, 6]);
  strictEqual(await same(), 6);
});

Deno.test("who has lost its lease sends nothing more", async () => {
  await begin(3);

  // A call may take longer than what is left, and the time is over by then.
  await run({
    budget: { leaseS: 1, callMs: 5_000, maxTasks: 1 },
    async before(call) {
      if (call === "hold") await letTimePass(world);
    },
  });

  deepStrictEqual(front.calls, []);
  await finish();
  strictEqual(await same(), 3);
});

Deno.test("who keeps its lease is asked again only when it has to be", async () => {
  await begin(3);
  const calls: string[] = [];
  const before = (call: string) => void calls.push(call);

  await run({ before, budget: { maxTasks: 1 } });
  deepStrictEqual(calls, ["claim", "put", "settleRows"]);
  await shelf.run("update public.notes set title = 'x' || id");
  await indexed();
  calls.length = 0;
  await run({ before, budget: { leaseS: 2, callMs: 3_000, maxTasks: 1 } });

  deepStrictEqual(calls, ["claim", "hold", "put", "settleRows"]);
});

Deno.test("W8 who was too slow says nothing of what somebody else has done since", async () => {
  await begin(3);
  await run({
    budget: { maxTasks: 1 },
    async after(call) {
      if (call !== "put") return;
      await rewrite(6);
      await shelf.run("delete from public.notes where id = 2");
      await indexed();
      await letTimePass(world);
      await drain(newRun(world));
    },
  });
  strictEqual(await same(), 7);

  // What there is of it is still known: all of it goes.
  await shelf.run(REMOVE);
  await indexed();
  await finish();

  strictEqual(await same(), 1);
});

Deno.test("at most two runs of four wait for buckets", async () => {
  await begin(1);
  await shelf.run(
    `create table if not exists public.a (id int primary key);
     create table if not exists public.b (id int primary key);
     select portico.watch('a', 'public.a', 'id::text');
     select portico.watch('b', 'public.b', 'id::text');
     select portico.sink('a', 'embeddings', 'a');
     select portico.sink('b', 'embeddings', 'b')`,
  );
  const released = Promise.withResolvers<void>();
  let waiting = 0;
  const both = Promise.withResolvers<void>();
  front.fault = async () => {
    if (++waiting === 2) both.resolve();
    await released.promise;
    return undefined;
  };

  const runs = [run(), run()];
  await both.promise;
  const third = await newRun(world).step();
  released.resolve();
  await Promise.all(runs);

  strictEqual(third, false);
  await finish();
});

Deno.test("a row that kills whoever takes it does not keep the others waiting", async () => {
  await begin(3);
  const killed = {
    url: front.url,
    before: (call: string) => {
      if (call === "put") throw new Stopped();
    },
  };
  for (let time = 0; time < 2; time++) {
    await drain(newRun(world, killed)).catch(() => {});
    await world.rows(
      "update portico.bucket_indexes set leased_until = '-infinity'",
    );
  }
  front.fault = on("PutVectors", ({ body }) => {
    strictEqual(JSON.parse(body).vectors.length, 1);
    return undefined;
  });

  await newRun(world, { url: front.url }).step();

  strictEqual(front.calls.filter((it) => it === "PutVectors").length, 1);
  const rows = await world.rows("select from portico.bucket_rows");
  strictEqual(rows.length, 2);
  front.fault = () => undefined;
  await finish();
  strictEqual(await same(), 3);
});

Deno.test("a run does as much as it may, and leaves the rest", async () => {
  await begin(30);

  const { written } = await run({ budget: { maxVectors: 10, maxTasks: 2 } });
  strictEqual(written, 20);
  const poor = await run({ budget: { maxVectors: 5, maxCpuMs: 0 } });
  strictEqual(poor.written, 5);
  const late = await run({ budget: { wallMs: -1 } });
  strictEqual(late.written, 0);

  await finish();
  strictEqual(await same(), 30);
});
