/**
 * `vector-index` as it is used: tables that change, a database that calls, and a
 * provider of embeddings that does all that providers do.
 *
 * @module
 */
import {
  deepStrictEqual,
  match,
  notDeepStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import {
  errorAnswer,
  limited,
  poisonedBy,
  startEmbedServer,
} from "../supabase/functions/_shared/testing/embed_server.ts";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import { behindGateway } from "./contracts/contract.ts";
import { operator, signed } from "./contracts/sweeps.ts";
import { startEdited } from "./edited.ts";
import { RIGHT, shelfOf } from "./index/shelf.ts";
import { until } from "./until.ts";

const DIMENSIONS = 32;
const HEADER_SECRET = "a-secret-that-nobody-guesses";

const model = startEmbedServer({ dimensions: DIMENSIONS });
Deno.test.afterAll(async () => await model[Symbol.asyncDispose]());
// No run waits for what a later test does.
const BRIEF = {
  "functions/vector-index/policy.ts": [
    ["lingerMs: seconds(1.3)", "lingerMs: 0"],
    ["patienceMs: seconds(20)", "patienceMs: 0"],
  ],
} as const;
const world = await startEdited(BRIEF, {
  "functions/.env":
    `EMBED_URL=${model.url}\nEMBED_KEY=key\nEMBED_TIMEOUT_S=1\n` +
    `WEBHOOK_HEADER_SECRET=${HEADER_SECRET}\n`,
});
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());
const shelf = shelfOf(world);
const place = behindGateway(world, "vector-index");

await shelf.run(
  "create table public.notes (id int primary key, org int, title text, body text)",
);

/** Forgets everything, and what the model was asked. */
async function begin(): Promise<number> {
  model.fault = () => undefined;
  await until(async () =>
    (await shelf.rows("select from portico.index_runs")).length === 0
  );
  await shelf.run(
    `select portico.unwatch(name) from portico_index.sources;
     delete from portico.embeddings; delete from public.notes`,
  );
  return model.calls;
}

/** Watches notes by a model, and has written down what it is paid for. */
async function watch(options = ""): Promise<void> {
  await shelf.run(
    `select portico.watch('notes', 'public.notes', 'title || E''\\n'' || body',
       metadata => '{org}' ${options})`,
  );
}

const BY_MODEL = `, model => 'words', dimensions => ${DIMENSIONS}`;

/** Rows 1 to `count`, of one chunk each. */
function rows(count: number): Promise<void> {
  return shelf.run(
    `insert into public.notes
     select i, i % 3, 'title ' || i, 'body of ' || i
     from generate_series(1, ${count}) as i`,
  );
}

/** Has all done, however many runs that takes. */
async function drain(): Promise<void> {
  await until(async () => {
    await shelf.index();
    return await isRight();
  });
}

/** Whether nothing is left to do. */
async function isRight(): Promise<boolean> {
  const { missing, stale, extra, queued } = await shelf.prove("notes");
  return missing + stale + extra + queued === 0;
}

for (const [name, options] of [["static-en", ""], ["a provider's", BY_MODEL]]) {
  Deno.test(`vector-index follows a table, by the model ${name}`, async () => {
    await begin();
    await rows(5);
    await watch(options);
    await shelf.index();
    deepStrictEqual(await shelf.prove("notes"), { rows: 5, ...RIGHT });

    await shelf.run(
      `update public.notes set body = 'another' where id = 1;
       update public.notes set id = 50 where id = 2;
       delete from public.notes where id = 3;
       insert into public.notes values (6, 0, 'six', 'new')`,
    );
    const tally = await shelf.index();

    strictEqual(tally.written, 5);
    deepStrictEqual(await shelf.prove("notes"), { rows: 5, ...RIGHT });
    deepStrictEqual((await shelf.contents("notes"))["[1]"], [
      "title 1\nanother",
    ]);
    deepStrictEqual((await shelf.contents("notes"))["[2]"], undefined);
  });
}

Deno.test("a thousand changed rows are at most sixteen calls of a provider", async () => {
  const before = await begin();
  await rows(1000);
  await watch(BY_MODEL);

  await drain();

  ok(model.calls - before <= 16, String(model.calls - before));
  deepStrictEqual(await shelf.prove("notes"), { rows: 1000, ...RIGHT });
});

Deno.test("ten updates of a row are one call, and an unchanged text none", async () => {
  await begin();
  await rows(3);
  await watch(BY_MODEL);
  await drain();
  const before = model.calls;

  for (let time = 0; time < 10; time++) {
    await shelf.run(
      `update public.notes set body = 'time ${time}' where id = 1`,
    );
  }
  await drain();
  strictEqual(model.calls - before, 1);

  await shelf.run("update public.notes set org = org + 1, body = body");
  await drain();
  strictEqual(model.calls - before, 1);
  deepStrictEqual(await shelf.prove("notes"), { rows: 3, ...RIGHT });
});

Deno.test("a text that is there already is not asked for again", async () => {
  await begin();
  await rows(3);
  await watch(BY_MODEL);
  await drain();
  const before = model.texts.length;

  await shelf.run(
    "insert into public.notes select id + 10, org, title, body from public.notes",
  );
  await drain();

  strictEqual(model.texts.length - before, 0);
  deepStrictEqual(await shelf.prove("notes"), { rows: 6, ...RIGHT });
});

Deno.test("W9 a text that a provider refuses is set aside, and no other", async () => {
  await begin();
  await rows(40);
  await watch(BY_MODEL);
  await shelf.run(
    "update public.notes set body = 'POISON' where id in (7, 31)",
  );
  model.fault = poisonedBy("POISON");

  await until(async () => {
    await shelf.index();
    await shelf.run("update portico.dirty_rows set due_at = now()");
    return (await shelf.prove("notes")).dead === 2;
  });

  deepStrictEqual(await shelf.prove("notes"), { rows: 40, ...RIGHT, dead: 2 });
  const dead = await shelf.rows<{ key: number[]; reason: string }>(
    "select key, reason from portico.dead_rows order by key",
  );
  deepStrictEqual(dead.map(({ key }) => key), [[7], [31]]);
  ok(dead.every(({ reason }) => !reason.includes("POISON")));
});

/** What a provider does once, and how it is said. */
const FAULTS: readonly [
  what: string,
  fault: typeof model.fault,
  said: RegExp,
][] = [
  ["500", () => errorAnswer(500), /failed/],
  [
    "another number of vectors",
    ({ answer }) => answer({ vectors: (it) => it.slice(1) }),
    /failed/,
  ],
  [
    "another length",
    ({ answer }) => answer({ vectors: (all) => all.map((it) => it.slice(1)) }),
    /failed/,
  ],
  [
    "no numbers",
    ({ answer }) => answer({ vectors: (all) => all.map((it) => it.fill(NaN)) }),
    /failed/,
  ],
  ["no JSON", () => new Response("oops"), /failed/],
  ["a key that is not valid", () => errorAnswer(401), /refused/],
  [
    "no more money",
    () => errorAnswer(429, { code: "insufficient_quota" }),
    /refused/,
  ],
  ["that it takes none of them", () => errorAnswer(400), /refused/],
  ["to come back later", () => limited(30), /limited/],
];

for (const [what, fault, said] of FAULTS) {
  Deno.test(`W9 a provider that answers with ${what} costs nobody an attempt`, async () => {
    await begin();
    await rows(5);
    await watch(BY_MODEL);
    model.fault = fault;

    // Not the function itself: it would wait.
    const response = await nudge();
    await response.body?.cancel();
    const [progress] = await until(async () => {
      const found = await shelf.rows<{ reason: string; seconds: number }>(
        `select reason, extract(epoch from not_before - now())::int as seconds
         from portico.index_progress where reason is not null`,
      );
      return found.length > 0 && found;
    });

    match(progress?.reason ?? "", said);
    const left = await shelf.rows<{ attempts: number }>(
      "select attempts from portico.dirty_rows",
    );
    deepStrictEqual(left.map(({ attempts }) => attempts), [0, 0, 0, 0, 0]);
    if (what === "to come back later") ok((progress?.seconds ?? 0) > 25);
    // And then it is mended.
    model.fault = () => undefined;
    await shelf.run(
      "update portico.index_progress set not_before = '-infinity'",
    );
    await drain();
    deepStrictEqual(await shelf.prove("notes"), { rows: 5, ...RIGHT });
  });
}

Deno.test("W9 a provider that hangs is waited for no longer than a call may take", async () => {
  await begin();
  await rows(2);
  await watch(BY_MODEL);
  const hanging = Promise.withResolvers<void>();
  model.fault = async ({ gone }) => {
    hanging.resolve();
    await gone();
    return errorAnswer(500);
  };

  await (await nudge()).body?.cancel();
  await hanging.promise;

  // It says that it lives meanwhile, and nobody else takes its rows.
  const held = await shelf.rows(
    "select from portico.dirty_rows where lease is not null",
  );
  strictEqual(held.length, 2);
  const [progress] = await until(async () => {
    const found = await shelf.rows<{ reason: string }>(
      "select reason from portico.index_progress where reason is not null",
    );
    return found.length > 0 && found;
  });
  match(progress?.reason ?? "", /failed/);
});

/** Calls the function as `portico.nudge()` does. */
function nudge(): Promise<Response> {
  const body = JSON.stringify({ function: "vector-index" });
  const { webhookSecret } = world.stack.keys;
  const headers = signed(webhookSecret, { body });
  return call(body, headers);
}

function call(body: string, headers: Readonly<Record<string, string>>) {
  return place.call("", {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** What the dashboard's webhooks send. */
const DELIVERY = {
  type: "UPDATE",
  schema: "public",
  table: "notes",
  record: { id: 1, title: "what nobody should believe" },
  "old_record": null,
};

Deno.test("a database webhook has the index brought up to date, and is not believed", async () => {
  await begin();
  await rows(2);
  await watch();

  const response = await call(JSON.stringify(DELIVERY), {
    "x-webhook-secret": HEADER_SECRET,
  });

  strictEqual(response.status, 202);
  await response.body?.cancel();
  await until(isRight);
  deepStrictEqual(await shelf.contents("notes"), {
    "[1]": ["title 1\nbody of 1"],
    "[2]": ["title 2\nbody of 2"],
  });
});

Deno.test("W5 a delivery that comes twenty times has one effect", async () => {
  await begin();
  await rows(20);
  await watch(BY_MODEL);
  const before = model.texts.length;
  const body = JSON.stringify({ function: "vector-index" });
  const headers = signed(world.stack.keys.webhookSecret, { body });

  const answers = await Promise.all(
    Array.from({ length: 20 }, () => call(body, headers)),
  );
  for (const it of answers) await it.body?.cancel();
  await until(isRight);

  ok(answers.every(({ status }) => status === 202));
  strictEqual(model.texts.length - before, 20);
  deepStrictEqual(await shelf.prove("notes"), { rows: 20, ...RIGHT });
});

/** Deliveries, and what they are answered with. Nothing comes of any of them. */
const DELIVERIES: readonly [
  why: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
  status: number,
][] = [
  ["W6 a table that nobody watches", { ...DELIVERY, table: "others" }, {
    "x-webhook-secret": HEADER_SECRET,
  }, 202],
  [
    "W6 a table that is SQL",
    { ...DELIVERY, table: `notes"; drop table public.notes; --` },
    { "x-webhook-secret": HEADER_SECRET },
    202,
  ],
  ["W6 a schema that is not there", { ...DELIVERY, schema: "nowhere" }, {
    "x-webhook-secret": HEADER_SECRET,
  }, 202],
  ["W6 a type that is none", { ...DELIVERY, type: "SELECT" }, {
    "x-webhook-secret": HEADER_SECRET,
  }, 422],
  ["W6 no table", { type: "INSERT", schema: "public" }, {
    "x-webhook-secret": HEADER_SECRET,
  }, 422],
  ["W1 another secret", DELIVERY, {
    "x-webhook-secret": "another-secret-that-nobody-knows",
  }, 401],
  ["W1 half a secret", DELIVERY, {
    "x-webhook-secret": HEADER_SECRET.slice(0, -1),
  }, 401],
  ["W1 an empty secret", DELIVERY, { "x-webhook-secret": "" }, 401],
  ["W1 no secret", DELIVERY, {}, 401],
  ["C1 a publishable key", {}, { apikey: world.stack.keys.publishable }, 401],
];

for (const [why, body, headers, status] of DELIVERIES) {
  Deno.test(`${why} has no effect`, async () => {
    await begin();
    await rows(1);
    await watch();

    const response = await call(JSON.stringify(body), headers);

    strictEqual(response.status, status);
    if (status === 202) {
      deepStrictEqual(await response.json(), { outcome: "unwatched" });
    } else await response.body?.cancel();
    deepStrictEqual(await shelf.queue(), []);
    strictEqual((await shelf.rows("select from public.notes")).length, 1);
  });
}

Deno.test("C1 a person's token has no effect", async () => {
  await begin();
  const { client } = await world.newPerson();

  const { response } = await client.functions.invoke("vector-index", {
    body: {},
  });

  strictEqual(response?.status, 401);
  await response?.body?.cancel();
});

/** What Postgres says when it cannot, and what the caller is told. */
const OUTAGES: readonly [why: string, code: string, status: number][] = [
  ["has no room for another session", "53300", 503],
  ["takes too long", "57014", 503],
  ["is being shut down", "57P01", 503],
];

for (const [why, code, status] of OUTAGES) {
  Deno.test(`W15 a call is not lost while the database ${why}`, async () => {
    await begin();
    await rows(2);
    await watch();
    await spoil(code);

    const response = await nudge();
    await mend();

    await assertProblem(response, { status, title: "Database unavailable" });
    ok(response.headers.has("retry-after"));
    strictEqual((await shelf.prove("notes")).missing, 2);
    await drain();
    deepStrictEqual(await shelf.prove("notes"), { rows: 2, ...RIGHT });
  });
}

/** Has the first call of a run fail as Postgres would fail it. */
function spoil(code: string): Promise<void> {
  return shelf.run(
    `alter function portico_api.begin_index_run rename to begin_index_run_later;
     create function portico_api.begin_index_run(run uuid, hint jsonb)
     returns jsonb language plpgsql as $$ begin
       raise exception 'Cannot' using errcode = '${code}';
     end $$`,
  );
}

function mend(): Promise<void> {
  return shelf.run(
    `drop function portico_api.begin_index_run;
     alter function portico_api.begin_index_run_later rename to begin_index_run`,
  );
}

Deno.test("an operator sees how every source is doing", async () => {
  await begin();
  await rows(3);
  await watch(`${BY_MODEL}, budget => 1000000`);
  await drain();
  await shelf.run("update public.notes set body = 'more' where id = 1");

  const response = await place.call("", { headers: operator(place) });

  strictEqual(response.status, 200);
  const { sources: [source] } = await response.json();
  strictEqual(source.source, "notes");
  strictEqual(source.table, "public.notes");
  strictEqual(source.serving, 1);
  strictEqual(source.today.texts, 3);
  ok(source.today.tokens > 0);
  const [generation] = source.generations;
  strictEqual(generation.state, "current");
  strictEqual(generation.queued, 1);
  ok(Date.parse(generation.oldestChange) > 0);
  deepStrictEqual(source.deadRows, []);
});

Deno.test("a model is changed while the other one serves, and changed back", async () => {
  await begin();
  await rows(50);
  await watch();
  await drain();
  const serving = () =>
    shelf.rows<{ serving: number }>(
      "select serving from portico_index.sources",
    );
  const before = await serving();

  await shelf.run(
    `select portico.renew('notes', 'words', ${DIMENSIONS})`,
  );
  match(
    (await shelf.objection("select portico.promote('notes')"))?.message ?? "",
    /it is being filled/,
  );
  deepStrictEqual(await shelf.prove("notes"), { rows: 50, ...RIGHT });
  await drain();
  await shelf.run("update public.notes set body = 'later' where id = 1");
  await drain();
  await shelf.run("select portico.promote('notes')");

  notDeepStrictEqual(await serving(), before);
  deepStrictEqual(await shelf.prove("notes"), { rows: 50, ...RIGHT });
  deepStrictEqual((await shelf.contents("notes"))["[1]"], ["title 1\nlater"]);
  await shelf.run("update public.notes set body = 'after' where id = 2");
  await drain();
  await shelf.run("select portico.rollback('notes')");
  deepStrictEqual(await serving(), before);
  deepStrictEqual(await shelf.prove("notes"), { rows: 50, ...RIGHT });
  deepStrictEqual((await shelf.contents("notes"))["[2]"], ["title 2\nafter"]);
  await shelf.run("select portico.retire('notes')");
  const left = await shelf.rows("select from portico_index.generations");
  strictEqual(left.length, 1);
});
