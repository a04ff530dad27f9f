/**
 * The work on the index, step by step and in every order: what two runs do to each
 * other, and what is left when one of them ends in the middle.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  type Claim,
  type Done,
  type Queue,
  type Row,
  supabaseQueue,
} from "../supabase/functions/vector-index/queue.ts";
import { RIGHT, shelfOf } from "./index/shelf.ts";
import { until } from "./until.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());
const shelf = shelfOf(world);

await shelf.run(
  `create table public.notes (
     id bigint primary key, org bigint, title text, published boolean default true
   )`,
);

/** A run that nobody else knows. */
function newRun(): Queue {
  return supabaseQueue(world.service(), crypto.randomUUID());
}

/** Watches `rows`, which is all that there is, and has nothing to do but them. */
async function watch(rows: string, options = ""): Promise<void> {
  await shelf.run(
    `delete from portico.index_runs;
     select portico.unwatch(name) from portico_index.sources;
     truncate public.notes;
     insert into public.notes (id, org, title) ${rows};
     select portico.watch('notes', 'public.notes', 'title',
       metadata => '{org}', "where" => 'published' ${options})`,
  );
  await newRun().tend(1000);
}

const THREE = "select i, i, 'text ' || i from generate_series(1, 3) as i";

/** As good a vector as any. */
const VECTOR = `{1${",0".repeat(99)}}`;

async function doneWith(
  { key, version, seal, metadata, text }: Row,
): Promise<Done> {
  if (text === undefined) return { key, version, seal, metadata, chunks: [] };
  const bytes = new TextEncoder().encode(text);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(hash, (it) => it.toString(16).padStart(2, "0")).join(
    "",
  );
  const chunks = [{ content: text, hash: `\\x${hex}` }];
  return { key, version, seal, metadata, chunks };
}

async function claim(queue: Queue): Promise<Claim> {
  const claimed = await queue.claim(100, 15);
  if (claimed === null) throw new Error("Nothing is due");
  return claimed;
}

async function settle(queue: Queue, { generation, rows }: Claim) {
  const done = await Promise.all(rows.map(doneWith));
  const hashes = done.flatMap(({ chunks }) => chunks.map(({ hash }) => hash));
  const vectors = Object.fromEntries(hashes.map((it) => [it, VECTOR]));
  return await queue.settle(generation, done, {
    vectors,
    used: null,
    paid: false,
  });
}

/** Lets the time of every lease and of every wait pass. */
async function letTimePass(): Promise<void> {
  await shelf.run(
    "update portico.dirty_rows set due_at = now() - interval '1 s'",
  );
}

async function workOff(): Promise<void> {
  const queue = newRun();
  for (;;) {
    const claimed = await queue.claim(100, 15);
    if (claimed === null) return;
    await settle(queue, claimed);
  }
}

Deno.test("a row that is settled is in the index as it is", async () => {
  await watch(
    `${THREE} union all select 9007199254740993, 9007199254740993, 'big'`,
  );

  const run = newRun();
  const settled = await settle(run, await claim(run));

  deepStrictEqual(settled, { written: 4, moved: 0, lost: 0 });
  deepStrictEqual(await shelf.prove("notes"), { rows: 4, ...RIGHT });
  deepStrictEqual(await shelf.contents("notes"), {
    "[1]": ["text 1"],
    "[2]": ["text 2"],
    "[3]": ["text 3"],
    "[9007199254740993]": ["big"],
  });
});

Deno.test("two runs never have the same row", async () => {
  await watch(THREE);

  const first = await newRun().claim(2, 15);
  const second = await newRun().claim(2, 15);
  const third = await newRun().claim(2, 15);

  strictEqual(first?.rows.length, 2);
  strictEqual(second?.rows.length, 1);
  strictEqual(third, null);
});

Deno.test("W7 what was read before a change is not written after it", async () => {
  await watch(THREE);
  const run = newRun();
  const old = await claim(run);

  await shelf.run("update public.notes set title = 'newer' where id = 1");
  const settled = await settle(run, old);

  deepStrictEqual(settled, { written: 2, moved: 1, lost: 0 });
  strictEqual((await shelf.contents("notes"))["[1]"], undefined);
  await workOff();
  deepStrictEqual((await shelf.contents("notes"))["[1]"], ["newer"]);
});

Deno.test("W7 a row that has gone meanwhile does not come back", async () => {
  await watch(THREE);
  const slow = newRun();
  const old = await claim(slow);
  await shelf.run("delete from public.notes where id = 1");
  await letTimePass();
  await workOff();

  const settled = await settle(slow, old);

  strictEqual(settled.written, 0);
  deepStrictEqual(Object.keys(await shelf.contents("notes")), ["[2]", "[3]"]);
  deepStrictEqual(await shelf.prove("notes"), { rows: 2, ...RIGHT });
});

Deno.test("W7 a row that has gone and come again is there", async () => {
  await watch(THREE);
  await workOff();

  await shelf.run(
    `delete from public.notes where id = 1;
     insert into public.notes (id, org, title) values (1, 1, 'again')`,
  );
  await workOff();

  deepStrictEqual((await shelf.contents("notes"))["[1]"], ["again"]);
});

Deno.test("a row that keeps changing is written all the same, and stays to be done", async () => {
  await watch(THREE);

  for (let round = 0; round < 4; round++) {
    const run = newRun();
    const claimed = await claim(run);
    await shelf.run(
      `update public.notes set title = 'round ${round}' where id = 1`,
    );
    await settle(run, claimed);
  }

  deepStrictEqual((await shelf.contents("notes"))["[1]"], ["round 2"]);
  deepStrictEqual(await shelf.queue(), ["[1]"]);
  await workOff();
  deepStrictEqual((await shelf.contents("notes"))["[1]"], ["round 3"]);
});

Deno.test("W8 what a run had is free when its lease has ended", async () => {
  await watch(THREE);
  await claim(newRun());
  strictEqual(await newRun().claim(100, 15), null);

  await letTimePass();

  strictEqual((await claim(newRun())).rows.length, 3);
});

Deno.test("W8 who was too slow writes nothing of what somebody else has", async () => {
  await watch(THREE);
  const slow = newRun();
  const theirs = await claim(slow);
  await letTimePass();
  const mine = await claim(newRun());

  const settled = await settle(slow, theirs);

  strictEqual(settled.written, 0);
  strictEqual(mine.rows.length, 3);
  deepStrictEqual(await shelf.contents("notes"), {});
});

Deno.test("a row of which nothing comes is taken with fewer others, and then alone", async () => {
  await watch("select i, i, 'text ' || i from generate_series(1, 20) as i");
  const company: number[] = [];
  for (let time = 0; time < 2; time++) {
    company.push((await claim(newRun())).rows.length);
    await letTimePass();
  }
  for (let time = 0; time < 2; time++) {
    for (const _ of "ab") company.push((await claim(newRun())).rows.length);
    await letTimePass();
  }
  for (const _ of "abc") company.push((await claim(newRun())).rows.length);

  deepStrictEqual(company, [20, 20, 16, 4, 16, 4, 1, 1, 1]);
});

Deno.test("rows that change while they are suspect are taken alone", async () => {
  await watch(THREE);
  for (const _ of "abcd") {
    await claim(newRun());
    await letTimePass();
  }

  await shelf.run("update public.notes set title = title || ', changed'");
  await letTimePass();

  for (const _ of "abc") strictEqual((await claim(newRun())).rows.length, 1);
});

Deno.test("a row of which nothing ever comes is set aside, and says so", async () => {
  await watch("select 1, 1, 'killer'");
  for (let time = 0; time < 10; time++) {
    await claim(newRun());
    await letTimePass();
  }

  const last = await claim(newRun());

  deepStrictEqual([last.rows.length, last.buried], [0, 1]);
  deepStrictEqual(await shelf.prove("notes"), { rows: 1, ...RIGHT, dead: 1 });
  const [dead] = await shelf.rows<{ reason: string }>(
    "select reason from portico.dead_rows",
  );
  match(dead?.reason ?? "", /Nothing came of it 10 times/);
});

Deno.test("W9 a row that is at fault is tried again five times, however many have died with it", async () => {
  await watch("select 1, 1, 'bad'");
  await shelf.run("update portico.dirty_rows set attempts = 9");
  const waits: (number | undefined)[] = [];
  let buried = 0;

  while (buried === 0) {
    const run = newRun();
    const { generation, rows } = await claim(run);
    const failed = rows.map((it) => ({ ...it, reason: "No" }));
    buried = await run.fail(generation, failed);
    const [row] = await shelf.rows<{ s: number }>(
      `select round(extract(epoch from due_at - now()))::int as s
       from portico.dirty_rows`,
    );
    waits.push(row?.s);
    await letTimePass();
  }

  deepStrictEqual(waits, [2, 4, 8, 16, undefined]);
});

Deno.test("a row that was set aside keeps what it had, and says that it is old", async () => {
  await watch("select 1, 1, 'good'");
  await workOff();
  await shelf.run("update public.notes set title = 'bad'");
  const { generation, rows } = await claim(newRun());
  await letTimePass();
  await shelf.run("update portico.dirty_rows set faults = 4");
  const run = newRun();
  await run.claim(1, 15);

  await run.fail(
    generation,
    rows.map(({ key, seal }) => {
      return { key, seal, reason: "Nobody will have it" };
    }),
  );

  const kept = await shelf.rows<{ content: string; old: boolean }>(
    `select content, stale_since is not null as old
     from portico_index.chunks_${generation}`,
  );
  deepStrictEqual(kept, [{ content: "good", old: true }]);
  strictEqual((await shelf.prove("notes")).dead, 1);
  // What somebody has looked at is not tried again by itself.
  await shelf.run("select portico.reconcile('notes')");
  await newRun().tend(1000);
  deepStrictEqual(await shelf.queue(), []);
});

Deno.test("replay() tries again what was set aside", async () => {
  await shelf.run("select portico.replay('notes')");

  await workOff();

  deepStrictEqual(await shelf.prove("notes"), { rows: 1, ...RIGHT });
  deepStrictEqual((await shelf.contents("notes"))["[1]"], ["bad"]);
});

Deno.test("a change tries again what was set aside", async () => {
  await watch("select 1, 1, 'x'");
  await shelf.run(
    `insert into portico.dead_rows (generation, key, attempts, reason)
     select id, '[1]', 5, 'x' from portico_index.generations;
     delete from portico.dirty_rows;
     update public.notes set title = 'better'`,
  );

  await workOff();

  deepStrictEqual(await shelf.prove("notes"), { rows: 1, ...RIGHT });
});

Deno.test("W10 a row that cannot be rendered is set aside, and no other", async () => {
  await shelf.run("truncate public.notes");
  await watch(THREE);
  await shelf.run(
    `select portico.watch('notes', 'public.notes',
       '(6 / (id - 2))::text', metadata => '{org}', "where" => 'published')`,
  );
  await newRun().tend(1000);

  await workOff();

  const proof = await shelf.rows<{ key: unknown; reason: string }>(
    "select key, reason from portico.dead_rows",
  );
  deepStrictEqual(proof.map(({ key }) => key), [[2]]);
  match(proof[0]?.reason ?? "", /Cannot render it: division by zero/);
  deepStrictEqual(await shelf.contents("notes"), {
    "[1]": ["-6"],
    "[3]": ["6"],
  });
});

Deno.test("W10 a text that is too long is set aside", async () => {
  await watch(
    "select 1, 1, repeat('word ', 500000) union all select 2, 2, 'short'",
  );

  const claimed = await claim(newRun());

  deepStrictEqual([claimed.buried, claimed.rows.length], [1, 1]);
});

Deno.test("W10 what is too much for one call is left to the next", async () => {
  await watch(
    "select i, i, repeat('word ', 150000) from generate_series(1, 5) as i",
  );

  const first = await claim(newRun());
  const second = await claim(newRun());

  deepStrictEqual([first.rows.length, second.rows.length], [2, 2]);
});

Deno.test("a row without anything to embed is in the index, and right", async () => {
  await watch("select 1, 1, '   '");
  const run = newRun();
  const { generation, rows: [row] } = await claim(run);
  ok(row);
  const { key, version, seal, metadata } = row;

  const done = [{ key, version, seal, metadata, chunks: [] }];
  await run.settle(generation, done, { vectors: {}, used: null, paid: false });

  deepStrictEqual(await shelf.prove("notes"), { rows: 1, ...RIGHT });
});

Deno.test("a change of nothing but metadata needs no vector", async () => {
  await watch(THREE);
  await workOff();
  await shelf.run("update public.notes set org = 70 where id = 1");
  const run = newRun();
  const claimed = await claim(run);

  const done = await Promise.all(claimed.rows.map(doneWith));
  const hashes = done.flatMap(({ chunks }) => chunks.map(({ hash }) => hash));
  deepStrictEqual(claimed.rows[0]?.hashes, hashes);
  const settled = await run.settle(claimed.generation, done, {
    vectors: {},
    used: null,
    paid: false,
  });

  deepStrictEqual(settled, { written: 1, moved: 0, lost: 0 });
  deepStrictEqual(await shelf.prove("notes"), { rows: 3, ...RIGHT });
});

Deno.test("a change that was taken back is done without anybody", async () => {
  await watch(THREE);
  await workOff();
  await shelf.run(
    `update public.notes set title = 'x' where id = 1;
     update public.notes set title = 'text 1' where id = 1`,
  );

  const claimed = await claim(newRun());

  deepStrictEqual(claimed.rows, []);
  deepStrictEqual(await shelf.queue(), []);
});

Deno.test("a vector that was paid for is used by whoever comes next", async () => {
  await watch(THREE);
  const first = newRun();
  const claimed = await claim(first);
  const done = await Promise.all(claimed.rows.map(doneWith));
  const hashes = done.flatMap(({ chunks }) => chunks.map(({ hash }) => hash));
  const vectors = Object.fromEntries(hashes.map((it) => [it, VECTOR]));
  await first.keep(claimed.generation, vectors, {
    ...{ calls: 1, texts: 3, tokens: 9 },
  });
  await letTimePass();

  const second = newRun();
  const again = await claim(second);
  const { known, deferred } = await second.reserve(again.generation, [
    { key: "[1]", hashes: [...hashes, "\\x00"] },
  ]);
  const settled = await second.settle(
    again.generation,
    await Promise.all(again.rows.map(doneWith)),
    { vectors: {}, used: null, paid: false },
  );

  deepStrictEqual([known.toSorted(), deferred], [hashes.sort(), []]);
  deepStrictEqual(settled, { written: 3, moved: 0, lost: 0 });
});

Deno.test("a row whose vector is nowhere is not written, and stays", async () => {
  await watch(THREE);
  const run = newRun();
  const claimed = await claim(run);
  await shelf.run("delete from portico.embeddings");
  const done = (await Promise.all(claimed.rows.map(doneWith))).map((it) => {
    return { ...it, chunks: [{ content: "other", hash: "\\xff" }] };
  });

  const settled = await run.settle(claimed.generation, done, {
    vectors: {},
    used: null,
    paid: false,
  });

  deepStrictEqual(settled, { written: 0, moved: 0, lost: 3 });
  deepStrictEqual(await shelf.contents("notes"), {});
  strictEqual((await shelf.queue()).length, 3);
});

Deno.test("a provider that is left alone costs no row an attempt", async () => {
  await watch(THREE);
  const run = newRun();
  const { generation } = await claim(run);

  await run.pause(generation, { reason: "limited: later", pauseS: 60 });

  strictEqual(await newRun().claim(100, 15), null);
  const rows = await shelf.rows<{ attempts: number }>(
    "select attempts from portico.dirty_rows",
  );
  deepStrictEqual(rows.map(({ attempts }) => attempts), [0, 0, 0]);
  const { waitS = 0 } = await newRun().tend(100);
  ok(waitS > 50 && waitS <= 60, String(waitS));
});

Deno.test("W11 a source that has had its tokens waits for tomorrow", async () => {
  await watch(THREE, ", budget => 100");
  const run = newRun();
  const claimed = await claim(run);
  await run.settle(
    claimed.generation,
    await Promise.all(claimed.rows.slice(0, 1).map(doneWith)),
    { vectors: {}, used: { calls: 1, texts: 1, tokens: 100 }, paid: false },
  );
  await run.end();
  await letTimePass();

  strictEqual(await newRun().claim(100, 15), null);

  await shelf.run("update portico.embedding_usage set day = day - 1");
  strictEqual((await claim(newRun())).rows.length, 3);
});

Deno.test("W11 a million updates of a row are one row to be done", async () => {
  await watch(THREE);
  await workOff();

  await shelf.run(
    `do $$ begin
       for i in 1 .. 1000 loop
         update public.notes set title = 'update ' || i;
       end loop;
     end $$`,
  );

  deepStrictEqual(await shelf.queue(), ["[1]", "[2]", "[3]"]);
});

Deno.test("changes come before what only fills", async () => {
  await watch(THREE);
  await shelf.run("update public.notes set title = 'now' where id = 3");

  const first = await claim(newRun());

  deepStrictEqual(first.rows.map(({ key }) => key), ["[3]"]);
});

Deno.test("no more than four runs work at once", async () => {
  await watch(THREE);
  const runs = Array.from("abcde", newRun);

  const begun = [];
  for (const run of runs) begun.push(await run.begin());
  await runs[0]?.end();

  deepStrictEqual(begun, ["begun", "begun", "begun", "begun", "enough"]);
  strictEqual(await runs[4]?.begin(), "begun");
});

Deno.test("a run gives back what it has, and calls the next one", async () => {
  await watch(THREE);
  const run = newRun();
  await run.begin();
  await claim(run);
  await shelf.run("update portico.jobs set woken_at = '-infinity'");

  await run.end();

  const [called] = await shelf.rows<{ at: string }>(
    "select woken_at::text as at from portico.jobs where name = 'index'",
  );
  ok(called?.at !== "-infinity");
  // That one has come by now, or comes.
  await until(async () => (await shelf.prove("notes")).missing === 0);
  await shelf.run("update portico.jobs set woken_at = 'infinity'");
  await until(async () =>
    (await shelf.rows("select from portico.index_runs")).length === 0
  );
});

Deno.test("a run gives back what it has where nobody can be called", async () => {
  await watch(THREE);
  const run = newRun();
  await run.begin();
  await claim(run);
  await shelf.run(
    `update portico.jobs set woken_at = '-infinity';
     select vault.update_secret(id, null, 'away')
     from vault.secrets where name = 'project_url'`,
  );

  await run.end();

  await shelf.run(
    `update portico.jobs set woken_at = 'infinity';
     select vault.update_secret(id, null, 'project_url')
     from vault.secrets where name = 'away'`,
  );
  const left = await shelf.rows(
    `select lease from portico.dirty_rows where lease is not null
     union all select run from portico.index_runs`,
  );
  deepStrictEqual(left, []);
});

Deno.test("a run that is dead makes room for another", async () => {
  await watch(THREE);
  for (const _ of "abcd") await newRun().begin();
  await shelf.run(
    "update portico.index_runs set beat_at = beat_at - interval '11 s'",
  );

  strictEqual(await newRun().begin(), "begun");
});

Deno.test("C4 an index is filled no faster than it is worked on", async () => {
  await watch("select i, i, 'text ' || i from generate_series(1, 250) as i");
  await shelf.run(
    `delete from portico.dirty_rows;
     update portico.index_progress set filled_to = null, filled_at = null`,
  );

  const told = [];
  for (const _ of "abc") told.push((await newRun().tend(100)).more);
  const depth = (await shelf.queue()).length;
  await workOff();
  while ((await newRun().tend(100)).more) await workOff();
  await workOff();

  deepStrictEqual([told, depth], [[true, false, false], 100]);
  deepStrictEqual(await shelf.prove("notes"), { rows: 250, ...RIGHT });
});

/** What somebody may do to an index behind its back, and what it then is. */
const DRIFTS: readonly [what: string, script: string, fault: string][] = [
  [
    "chunks that were lost",
    "delete from portico_index.CHUNKS where key_1 = 2",
    "missing",
  ],
  [
    "a row that came unseen",
    "alter table public.notes disable trigger user; insert into public.notes (id, org, title) values (9, 9, 'unseen'); alter table public.notes enable trigger user",
    "missing",
  ],
  [
    "a text that changed unseen",
    "alter table public.notes disable trigger user; update public.notes set title = 'unseen' where id = 2; alter table public.notes enable trigger user",
    "stale",
  ],
  [
    "metadata that changed unseen",
    "alter table public.notes disable trigger user; update public.notes set org = 99 where id = 2; alter table public.notes enable trigger user",
    "stale",
  ],
  [
    "a row that went unseen",
    "alter table public.notes disable trigger user; delete from public.notes where id = 2; alter table public.notes enable trigger user",
    "extra",
  ],
  [
    "a row that is not wanted any more, unseen",
    "alter table public.notes disable trigger user; update public.notes set published = false where id = 2; alter table public.notes enable trigger user",
    "extra",
  ],
  [
    "a chunk that was edited",
    "update portico_index.CHUNKS set content = 'edited' where key_1 = 2",
    "stale",
  ],
  [
    "metadata that were edited",
    "update portico_index.CHUNKS set m_org = 99 where key_1 = 2",
    "stale",
  ],
  [
    "a vector that was lost",
    "update portico_index.CHUNKS set embedding = null where key_1 = 2",
    "stale",
  ],
  [
    "a chunk too many",
    "insert into portico_index.CHUNKS (key_1, n, content, seal, chunks, version) select key_1, 1, 'more', seal, chunks, version from portico_index.CHUNKS where key_1 = 2",
    "stale",
  ],
  [
    "chunks of nothing",
    "insert into portico_index.CHUNKS (key_1, n, content, seal, chunks, version) values (77, 0, 'orphan', '', 1, 1)",
    "extra",
  ],
  ["TRUNCATE", "truncate public.notes", "extra"],
];

for (const [what, script, fault] of DRIFTS) {
  Deno.test(`reconcile() finds and repairs ${what}`, async () => {
    await watch(THREE);
    await workOff();
    const [made] = await shelf.rows<{ id: number }>(
      "select id from portico_index.generations",
    );

    await shelf.run(script.replaceAll("CHUNKS", `chunks_${made?.id}`));
    const proof: Readonly<Record<string, unknown>> = {
      ...await shelf.prove("notes"),
    };
    await shelf.run("select portico.reconcile('notes')");
    while ((await newRun().tend(2)).more);
    await workOff();
    while ((await newRun().tend(2)).more);
    await workOff();

    strictEqual(proof[fault], what === "TRUNCATE" ? 3 : 1);
    const { rows: _, ...now } = await shelf.prove("notes");
    deepStrictEqual(now, RIGHT);
  });
}
