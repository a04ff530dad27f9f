/**
 * An index in a Vector bucket as well: an app that queries it by an unmodified
 * client finds what the chunks are, whatever is done to their table.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { shelfOf } from "./index/shelf.ts";
import { assertSame, generationsOf, indexOf, vectorsIn } from "./sink/pool.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());
const shelf = shelfOf(world);

const AT = { bucket: "embeddings", index: "notes" };

await shelf.run(
  "create table public.notes (id int primary key, org int, title text)",
);

/** Texts of so many chunks. */
function long(chunks: number): string {
  return Array.from(
    { length: chunks },
    (_, n) => `Part ${n} ${"word ".repeat(12)}`,
  )
    .join("\n\n");
}

const CHUNKING = `'{"maxTokens": 16, "overlapTokens": 0}'`;

/** Notes 1 to 5, watched and in a bucket. */
async function begin(): Promise<void> {
  await shelf.run(
    `select portico.unwatch(name) from portico_index.sources;
     truncate public.notes;
     insert into public.notes
     select i, i % 3, 'title ' || i from generate_series(1, 5) as i;
     select portico.watch('notes', 'public.notes', 'title', metadata => '{org}',
       chunking => ${CHUNKING});
     select portico.sink('notes', 'embeddings', 'notes')`,
  );
  await indexed();
}

/** Has everything done, by the function. */
async function indexed(): Promise<void> {
  while ((await world.rows("select from portico.due_index")).length > 0) {
    await shelf.index();
  }
}

function same(): Promise<number> {
  return assertSame(world, "notes", AT);
}

/** The names in the bucket of what is in the first index, in order. */
async function namesIn(name = "notes-1"): Promise<string[] | undefined> {
  const found = await vectorsIn(indexOf(world, AT.bucket, name));
  return found && [...found.keys()].sort();
}

const CHANGES: readonly [what: string, script: string, count: number][] = [
  ["a row that comes", "insert into public.notes values (6, 0, 'six')", 6],
  [
    "a text that changes",
    "update public.notes set title = 'x' where id = 1",
    5,
  ],
  ["metadata that changes", "update public.notes set org = 9 where id = 1", 5],
  ["metadata that is null", "update public.notes set org = null", 5],
  ["a row that goes", "delete from public.notes where id = 2", 4],
  ["a key that changes", "update public.notes set id = 50 where id = 3", 5],
  [
    "two keys that change places",
    `update public.notes set id = -id where id < 3;
    update public.notes set id = 3 + id where id < 0`,
    5,
  ],
  [
    "a text that says nothing",
    "update public.notes set title = ' ' where id = 1",
    4,
  ],
  ["a table that is emptied", "truncate public.notes", 0],
  [
    "a row that goes and comes again",
    `delete from public.notes where id = 1;
    insert into public.notes values (1, 1, 'again')`,
    5,
  ],
  ["chunks that somebody empties", "truncate portico_index.CHUNKS", 5],
  [
    "a chunk that somebody edits",
    "update portico_index.CHUNKS set m_org = 77 where key_1 = 2",
    5,
  ],
  [
    "a chunk that somebody removes",
    "delete from portico_index.CHUNKS where key_1 = 2",
    4,
  ],
];

for (const [what, script, count] of CHANGES) {
  Deno.test(`a bucket follows ${what}`, async () => {
    await begin();
    strictEqual(await same(), 5);

    const [id] = (await generationsOf(world, "notes")).values();
    await shelf.run(script.replaceAll("CHUNKS", `chunks_${id}`));
    await indexed();
    if (what.endsWith("empties")) {
      await shelf.run("select portico.reconcile('notes')");
      await indexed();
    }

    strictEqual(await same(), count);
  });
}

Deno.test("a bucket has all pieces of a text, and none when it is shorter", async () => {
  await begin();

  for (const chunks of [7, 1_200, 3, 1]) {
    const before = chunks < 7 ? ["more"] : [];
    await shelf.rows("update public.notes set title = $1 where id = 1", [
      long(chunks),
    ]);
    await indexed();
    const count = await same();
    ok(count >= chunks + 4 - before.length, `${count}`);
  }
  strictEqual(await same(), 5);
});

Deno.test("an app finds what is nearest, and what its filter says", async () => {
  await begin();
  await shelf.run(
    `update public.notes set title = 'a horse and its rider' where id = 4;
     update public.notes set title = 'interest on a loan' where id = 1`,
  );
  await indexed();
  const index = indexOf(world, AT.bucket, "notes-1");
  const there = await vectorsIn(index);
  const float32 = [...there?.get("[4]#0")?.numbers ?? []];

  const { data } = await index.queryVectors({
    queryVector: { float32 },
    topK: 3,
    filter: { org: 1 },
    returnMetadata: true,
  });

  deepStrictEqual(
    data?.vectors.map(({ key, metadata }) => [key, metadata?.["content"]])[0],
    ["[4]#0", "a horse and its rider"],
  );
  deepStrictEqual(data?.vectors.map(({ key }) => key).sort(), [
    "[1]#0",
    "[4]#0",
  ]);
});

Deno.test("a bucket has keys of all types, however long, and all kinds of metadata", async () => {
  const big = "🦆".repeat(300);
  await shelf.run(
    `create table public.things (
       at timestamptz, name text, size numeric, born date, tags text[], more jsonb,
       ok boolean, nothing text, id uuid, primary key (at, name)
     );
     insert into public.things values
       ('2026-01-02 03:04:05+02', 'a"b\\c#1', 1.50, '2026-01-02', '{x,y}',
         '{"a": [1]}', true, null, '00000000-0000-4000-8000-000000000001'),
       ('infinity', '${big}', 2, null, '{}', '[1, null]', false, null, null);
     select portico.watch('things', 'public.things', 'left(name, 9)',
       metadata => '{size,born,tags,more,ok,nothing,id}');
     select portico.sink('things', 'embeddings', 'things')`,
  );
  await indexed();

  const there = await vectorsIn(indexOf(world, AT.bucket, "things-1"));

  const said = [...there ?? []].map(([name, { metadata }]) => {
    const { seal, version, content, ...rest } = metadata;
    ok(seal && version && content);
    return [name.replace(/^sha256:[0-9a-f]{64}/, "hash"), rest] as const;
  });
  const key = '["2026-01-02T01:04:05+00:00", "a\\"b\\\\c#1"]';
  deepStrictEqual(Object.fromEntries(said), {
    [`${key}#0`]: {
      ...{ key, n: 0, size: 1.5, born: "2026-01-02", tags: ["x", "y"] },
      ...{ more: '{"a": [1]}', ok: true },
      id: "00000000-0000-4000-8000-000000000001",
    },
    "hash#0": {
      ...{ key: `["infinity", "${big}"]`, n: 0, size: 2, ok: false },
      more: "[1, null]",
    },
  });
  await shelf.run("delete from public.things");
  await indexed();
  deepStrictEqual(await namesIn("things-1"), []);
});

Deno.test("a model is changed with an index of its own, in the bucket too", async () => {
  await begin();

  await shelf.run(
    `select portico.renew('notes', 'static-en', chunking => '{"maxTokens": 32, "overlapTokens": 0}')`,
  );
  await indexed();
  await shelf.run("update public.notes set title = 'both' where id = 1");
  await indexed();
  strictEqual(await same(), 10);
  await shelf.run(
    "select portico.promote('notes'); select portico.retire('notes')",
  );
  await indexed();

  strictEqual(await same(), 5);
  strictEqual(await namesIn("notes-1"), undefined);
  strictEqual((await namesIn("notes-2"))?.length, 5);
});

Deno.test("another metadata is another metadata in the bucket", async () => {
  await begin();
  const watch = (metadata: string) =>
    shelf.run(
      `select portico.watch('notes', 'public.notes', 'title',
         metadata => '${metadata}', chunking => ${CHUNKING})`,
    );

  for (const metadata of ["{org,id}", "{id}", "{}"]) {
    await watch(metadata);
    await indexed();
    strictEqual(await same(), 5);
  }
  const objection = await shelf.objection(
    `alter table public.notes add version int;
     select portico.watch('notes', 'public.notes', 'title',
       metadata => '{version}', chunking => ${CHUNKING})`,
  );
  match(objection?.message ?? "", /Cannot put version into a bucket/);
});

const ENDS: readonly [how: string, script: string][] = [
  ["unsink()", "select portico.unsink('notes')"],
  ["unwatch()", "select portico.unwatch('notes')"],
  ["another sink", "select portico.sink('notes', 'others', 'notes')"],
];

for (const [how, script] of ENDS) {
  Deno.test(`${how} has removed from a bucket what is ours, and nothing else`, async () => {
    await begin();
    const { vectors } = world.service().storage;
    const settings = {
      dataType: "float32",
      dimension: 1,
      distanceMetric: "cosine",
    } as const;
    await vectors.from(AT.bucket).createIndex({
      indexName: "theirs",
      ...settings,
    });

    await shelf.run(script);
    await indexed();

    strictEqual(await namesIn(), undefined);
    deepStrictEqual(await namesIn("theirs"), []);
    const left = await shelf.rows<{ bucket: string }>(
      "select bucket from portico.bucket_indexes where generation is null",
    );
    deepStrictEqual(left, []);
    if (how === "another sink") {
      const at = { bucket: "others", index: "notes" };
      strictEqual(await assertSame(world, "notes", at), 5);
    }
  });
}

Deno.test("what was ended can be begun again at once, under its name", async () => {
  await begin();

  await shelf.run(
    `update public.notes set title = 'meanwhile' where id = 1;
     delete from public.notes where id = 2;
     select portico.unsink('notes');
     select portico.sink('notes', 'embeddings', 'notes');
     select portico.sink('notes', 'embeddings', 'notes')`,
  );
  await indexed();

  strictEqual(await same(), 4);
});

Deno.test("an index that is not ours is left as it is, and said so", async () => {
  await begin();
  await shelf.run("select portico.unsink('notes')");
  await indexed();
  const bucket = world.service().storage.vectors.from(AT.bucket);
  await bucket.createIndex({
    ...{ indexName: "notes-1", dataType: "float32", dimension: 1 },
    distanceMetric: "cosine",
  });
  const vectors = [{ key: "theirs", data: { float32: [1] } }];
  await bucket.index("notes-1").putVectors({ vectors });

  await shelf.run("select portico.sink('notes', 'embeddings', 'notes')");
  await indexed();

  deepStrictEqual(await namesIn(), ["theirs"]);
  const { indexes: [index] } = await statusOf();
  strictEqual(index?.state, "paused");
  match(index?.reason ?? "", /^taken: There is an index notes-1/);
  await shelf.run("select portico.unsink('notes')");
  await shelf.run("update portico.bucket_indexes set not_before = '-infinity'");
  await indexed();
  deepStrictEqual(await namesIn(), ["theirs"]);
  await bucket.deleteIndex("notes-1");
});

/** An index of a bucket, as an operator sees it. */
interface Status {
  readonly state: string;
  readonly reason: string | null;
  readonly checkedAt: string;
  readonly oldestChange: string;
}

/** The sink of the one source that there is. */
async function statusOf(): Promise<{ bucket: string; indexes: Status[] }> {
  const { data, error } = await world.service().functions.invoke(
    "vector-index",
    { method: "GET" },
  );
  if (error) throw error;
  return data.sources[0].sink;
}

Deno.test("an operator sees how a sink is doing", async () => {
  await begin();
  await shelf.run(
    "update portico_index.CHUNKS set m_org = 5 where key_1 < 4".replace(
      "CHUNKS",
      `chunks_${[...(await generationsOf(world, "notes")).values()][0]}`,
    ),
  );

  const { bucket, indexes: [shown] } = await statusOf();

  ok(shown);
  const { checkedAt, oldestChange, ...index } = shown;
  deepStrictEqual([bucket, index], ["embeddings", {
    ...{ generation: 1, index: "notes-1", state: "current", reason: null },
    ...{ pausedUntil: null, queued: 3, failing: 0, failingRows: [] },
  }]);
  ok(Date.parse(checkedAt) > 0 && Date.parse(oldestChange) > 0);
});

const REFUSED: readonly [why: string, call: string, said: RegExp][] = [
  [
    "a source that is none",
    "'nobody', 'embeddings', 'x'",
    /Cannot find the source/,
  ],
  ["a bucket with two letters", "'notes', 'ab', 'x'", /Cannot have a bucket/],
  [
    "a bucket in capitals",
    "'notes', 'Embeddings', 'x'",
    /Cannot have a bucket/,
  ],
  [
    "a bucket that ends in -",
    "'notes', 'embeddings-', 'x'",
    /Cannot have a bucket/,
  ],
  ["no bucket", "'notes', null, 'x'", /Cannot have a bucket/],
  [
    "an index without a name",
    "'notes', 'embeddings', ''",
    /Cannot have indexes/,
  ],
  ["no index", "'notes', 'embeddings', null", /Cannot have indexes/],
  [
    "an index that is a path",
    "'notes', 'embeddings', '../x'",
    /Cannot have indexes/,
  ],
  [
    "an index that is too long",
    `'notes', 'embeddings', '${"x".repeat(39)}'`,
    /Cannot have indexes/,
  ],
  [
    "another source's index",
    "'others', 'embeddings', 'notes'",
    /is of another source/,
  ],
  [
    "metadata that it has itself",
    "'others', 'embeddings', 'others'",
    /Cannot put key into a bucket/,
  ],
];

for (const [why, call, said] of REFUSED) {
  Deno.test(`sink() refuses ${why}`, async () => {
    await begin();
    await shelf.run(
      `create table if not exists public.others (id int primary key, key text);
       select portico.watch('others', 'public.others', 'key', metadata => '{key}')`,
    );

    const objection = await shelf.objection(`select portico.sink(${call})`);

    match(objection?.message ?? "", said);
    const rows = await shelf.rows("select bucket, index from portico.sinks");
    deepStrictEqual(rows, [AT]);
  });
}

Deno.test("unsink() refuses what has no sink", async () => {
  await begin();
  await shelf.run("select portico.unsink('notes')");

  const objection = await shelf.objection("select portico.unsink('notes')");

  match(objection?.message ?? "", /Cannot find a sink of notes/);
});
