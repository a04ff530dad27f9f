/**
 * What Storage can do wrong while rows go into a Vector bucket: nobody is blamed who
 * is not at fault, the index is as it should be, and in the end the bucket is too.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { RIGHT } from "./index/shelf.ts";
import { AT, startNotes } from "./sink/notes.ts";
import { type Front, letTimePass, on } from "./sink/runs.ts";

const notes = await startNotes();
Deno.test.afterAll(async () => await notes[Symbol.asyncDispose]());
const { world, shelf, front, begin, indexed, run, finish, same } = notes;

/** How the index of the bucket is. */
async function state() {
  const [row] = await world.rows<
    { reason: string | null; wait: number; made: boolean }
  >(
    `select reason, is_made as made,
       extract(epoch from not_before - now())::float8 as wait
     from portico.bucket_indexes`,
  );
  if (row === undefined) throw new Error("No index");
  return row;
}

function refusal(
  [status, code]: readonly [status: number, code: string],
  headers: HeadersInit = {},
): Response {
  const body = { statusCode: `${status}`, error: code, code, message: "No" };
  return Response.json(body, { status, headers });
}

/** What Storage does, what is said of it, and for how long it is left alone. */
const FAULTS: readonly [
  what: string,
  fault: Front["fault"],
  said: RegExp,
  least: number,
  most: number,
][] = [
  ["has had enough", () => refusal([429, "SlowDown"]), /^limited/, 0, 1],
  [
    "says when to come again",
    () => refusal([429, "SlowDown"], { "retry-after": "40" }),
    /^limited/,
    38,
    40,
  ],
  [
    "is being mended",
    () =>
      new Response("<h1>503</h1>", {
        status: 503,
        headers: { "retry-after": "20" },
      }),
    /^failed: Storage has answered 503/,
    18,
    20,
  ],
  ["fails", () => refusal([500, "InternalError"]), /^failed/, 0, 1],
  [
    "has somebody before it who says 400",
    () => new Response("?", { status: 400 }),
    /^failed/,
    0,
    1,
  ],
  [
    "does not let us",
    () => refusal([403, "AccessDenied"]),
    /^refused: .*AccessDenied/,
    0,
    1,
  ],
  ["has no buckets", () => refusal([404, "not_found"]), /^refused/, 0, 1],
  [
    "answers what is no answer",
    on("ListVectors", () => new Response("[")),
    /^failed/,
    0,
    1,
  ],
  [
    "never answers",
    async ({ gone }) => {
      await gone();
      return new Response();
    },
    /^failed: Storage has not answered within 200 ms/,
    0,
    1,
  ],
  [
    "breaks off",
    () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.error(new Error("Broken off")),
        }),
      ),
    /^failed/,
    0,
    1,
  ],
  [
    "breaks off once it has done it",
    on("PutVectors", async ({ forward }) => {
      await (await forward()).body?.cancel();
      return new Response(
        new ReadableStream({
          pull: (controller) => controller.error(new Error("Broken off")),
        }),
      );
    }),
    /^failed/,
    0,
    1,
  ],
];

for (const [what, fault, said, least, most] of FAULTS) {
  Deno.test(`a bucket that ${what} is left alone, and no row is at fault`, async () => {
    await begin(5);
    front.fault = fault;
    if (what === "answers what is no answer") {
      await shelf.run("select portico.reconcile('notes')");
      await indexed();
      await finish();
      await shelf.run(
        "insert into portico.bucket_requests select id from portico_index.generations",
      );
    }

    const tally = await run({ budget: { callMs: 200 } });

    strictEqual(tally.paused.length, 1);
    const { reason, wait } = await state();
    match(reason ?? "", said);
    ok(wait > least - 1 && wait <= most + 0.1, `${wait} s`);
    const rows = await world.rows<{ attempts: number }>(
      "select attempts from portico.bucket_rows",
    );
    ok(rows.every(({ attempts }) => attempts === 0));
    // Nobody asks it again before its time, and searches go on.
    front.calls.length = 0;
    await run();
    deepStrictEqual(front.calls, []);
    deepStrictEqual(await shelf.prove("notes"), { rows: 5, ...RIGHT });

    front.fault = () => undefined;
    await finish();
    strictEqual(await same(), 5);
    strictEqual((await state()).reason, null);
  });
}

Deno.test("a bucket that keeps failing is left alone for longer, up to five minutes", async () => {
  await begin(1);
  front.fault = () => refusal([500, "InternalError"]);
  const waits: number[] = [];

  for (let time = 0; time < 11; time++) {
    await run();
    waits.push(Math.round((await state()).wait));
    await letTimePass(world);
  }

  deepStrictEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
});

Deno.test("while Storage is away the index is as it should be", async () => {
  await begin(3);
  front.fault = () => refusal([503, "Unavailable"]);
  await run();

  await shelf.run("update public.notes set title = 'changed' where id = 1");
  await indexed();

  deepStrictEqual(await shelf.prove("notes"), { rows: 3, ...RIGHT });
  await finish();
  strictEqual(await same(), 3);
});

Deno.test("a row that a bucket does not take is found by halves, and waits alone", async () => {
  await begin(100);
  await shelf.run(
    `update public.notes set org = repeat('long ', 500) where id in (7, 70)`,
  );
  await indexed();

  const { written, failed, paused } = await run();

  deepStrictEqual([written, failed, paused], [98, 2, []]);
  ok(front.calls.length < 40, `${front.calls.length} calls`);
  const rows = await world.rows<
    { key: number[]; error: string; wait: number }
  >(
    `select key, error, extract(epoch from due_at - now())::float8 as wait
     from portico.bucket_rows order by key`,
  );
  deepStrictEqual(rows.map(({ key }) => key), [[7], [70]]);
  for (const { error, wait } of rows) {
    match(error, /Filterable metadata must have at most 2048 bytes/);
    ok(wait > 0 && wait <= 2, `${wait} s`);
  }
  // It is shown, and what it had before is still there.
  const { data } = await world.service().functions.invoke("vector-index", {
    method: "GET",
  });
  const [{ failing, failingRows, state: is }] = data.sources[0].sink.indexes;
  deepStrictEqual([failing, failingRows.length, is], [2, 2, "current"]);

  await shelf.run("update public.notes set title = 'x' || id where id > 80");
  await indexed();
  await world.rows(
    "update portico.bucket_rows set due_at = clock_timestamp() where attempts > 0",
  );
  front.calls.length = 0;
  const again = await run();
  deepStrictEqual([again.written, again.failed], [20, 2]);
  const puts = front.calls.filter((it) => it === "PutVectors");
  strictEqual(puts.length, 3);

  await shelf.run("update public.notes set org = 'short' where id in (7, 70)");
  await indexed();
  await finish();
  strictEqual(await same(), 100);
});

Deno.test("a row that is refused is tried again after longer and longer, up to an hour", async () => {
  await begin(1);
  front.fault = on("PutVectors", () => refusal([400, "InvalidParameter"]));
  const waits: number[] = [];

  for (let time = 0; time < 13; time++) {
    await run();
    const [row] = await world.rows<{ wait: number }>(
      "select extract(epoch from due_at - now())::float8 as wait from portico.bucket_rows",
    );
    waits.push(Math.round(row?.wait ?? NaN));
    await letTimePass(world);
  }

  deepStrictEqual(
    waits,
    [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600],
  );
});

Deno.test("when a bucket takes nothing at all, each run finds some at fault", async () => {
  await begin(60);
  front.fault = on("PutVectors", () => refusal([400, "InvalidParameter"]));

  const { failed } = await run({ budget: { maxTasks: 1 } });

  ok(failed > 5 && failed < 60, `${failed} failed`);
  ok(front.calls.length <= 26, `${front.calls.length} calls`);
});

Deno.test("a body that is too large is sent in halves", async () => {
  await begin(40);
  front.fault = on(
    "PutVectors",
    ({ body }) =>
      JSON.parse(body).vectors.length > 7
        ? new Response("<h1>413</h1>", { status: 413 })
        : undefined,
  );

  const { written, failed } = await run();

  deepStrictEqual([written, failed], [40, 0]);
  strictEqual(await same(), 40);
});

Deno.test("an index that somebody has removed is made again, and filled", async () => {
  await begin(5);
  await finish();
  const bucket = world.service().storage.vectors.from(AT.bucket);
  await bucket.deleteIndex("notes-1");
  await shelf.run("update public.notes set title = 'x' where id = 1");
  await indexed();

  await run();
  strictEqual((await state()).made, false);
  await finish();

  strictEqual(await same(), 5);
});

Deno.test("an index that somebody has made otherwise is not written", async () => {
  await begin(5);
  const bucket = world.service().storage.vectors.from(AT.bucket);
  await bucket.deleteIndex("notes-1");
  await bucket.createIndex({
    ...{ indexName: "notes-1", dataType: "float32", dimension: 3 },
    distanceMetric: "cosine",
  });

  const { failed, paused } = await run();

  strictEqual(failed, 0);
  match(paused[0] ?? "", /refused: The index has 3 dimensions/);
});

Deno.test("a bucket without room for an index says so", async () => {
  await begin(1);
  const bucket = world.service().storage.vectors.from(AT.bucket);
  const theirs = Array.from({ length: 9 }, (_, at) => `theirs-${at}`);
  for (const indexName of theirs) {
    await bucket.createIndex({
      ...{ indexName, dataType: "float32", dimension: 1 },
      distanceMetric: "cosine",
    });
  }
  await shelf.run(
    `select portico.renew('notes', 'gte-small')`,
  );

  const { paused } = await run();

  match(paused[0] ?? "", /notes-2: refused: .*S3VectorMaxIndexesExceeded/);
  for (const indexName of theirs) await bucket.deleteIndex(indexName);
});
