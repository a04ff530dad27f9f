/**
 * `vector-search` as it is used: people who may see some of a table, tables that
 * change, and a provider of embeddings that is not always there.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import {
  errorAnswer,
  hang,
  limited,
  startEmbedServer,
} from "../supabase/functions/_shared/testing/embed_server.ts";
import { LIMIT } from "../supabase/functions/vector-search/policy.ts";
import { behindGateway } from "./contracts/contract.ts";
import { startEdited } from "./edited.ts";
import { shelfOf } from "./index/shelf.ts";
import { FILTERS, REFUSED, ROWS } from "./search/filters.ts";
import { HOSTILE, ODD } from "./search/hostile.ts";
import { found, idsOf, refusal, replyTo, wordsOf } from "./search/seeker.ts";
import { tokenOf } from "./world.ts";

const DIMENSIONS = 32;
const BIG = "9007199254740993";
const MODES = ["semantic", "keyword", "hybrid"] as const;

const model = startEmbedServer({ dimensions: DIMENSIONS });
Deno.test.afterAll(async () => await model[Symbol.asyncDispose]());
const world = await startEdited({}, {
  "functions/.env": `EMBED_URL=${model.url}\nEMBED_KEY=key\n`,
});
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());
const shelf = shelfOf(world);
const place = behindGateway(world, "vector-search");

const alice = await world.newPerson();
const bob = await world.newPerson();
const token = await tokenOf(alice);

await shelf.run(`
  create extension if not exists citext with schema extensions;
  ${ROWS};

  create table public.letters (
    id int primary key, owner uuid, is_open boolean default false,
    is_sent boolean default true, org int, text text
  );
  alter table public.letters enable row level security;
  create policy "one's own, and the open ones" on public.letters
    for select to authenticated
    using (owner = (select auth.uid()) or is_open);
  select portico.watch('letters', 'public.letters', 'text', metadata => '{org}',
    "where" => 'is_sent',
    chunking => '{"maxTokens": 16, "overlapTokens": 0}');

  create table public.pairs (
    a bigint, b text, id uuid, title text, primary key (a, b)
  );
  insert into public.pairs values
    (${BIG}, 'x "y"', '00000000-0000-4000-8000-000000000001', 'a cat'),
    (7, '7', null, 'a dog');
  select portico.watch('pairs', 'public.pairs', 'title', metadata => '{a,id}');

  create table public.uuids (id uuid primary key, title text);
  insert into public.uuids
  values ('7f3c0b1e-0000-4000-8000-00000000000a', 'a house');
  select portico.watch('uuids', 'public.uuids', 'title');

  create table public.memos (id int primary key, text text);
  insert into public.memos
  values (1, 'the invoice of march'), (2, 'a lost parcel'), (3, 'holidays');
  select portico.watch('memos', 'public.memos', 'text', model => 'words',
    dimensions => ${DIMENSIONS});

  create table public.columns (id int primary key, text text, secret text);
  insert into public.columns values (1, 'a memo', 'hush');
  revoke all on public.columns from anon, authenticated;
  grant select (id, text) on public.columns to authenticated;
  select portico.watch('columns', 'public.columns', 'text');

  create table public.vault (id int primary key, text text);
  revoke all on public.vault from anon, authenticated;
  select portico.watch('vault', 'public.vault', 'text');
`);
await world.rows(
  `insert into public.letters (id, owner, is_open, org, text) values
     (1, $1, false, 1, 'Alice asks for a refund of her ticket'),
     (2, $1, false, 2, 'Alice writes home about the weather'),
     (3, $2, false, 1, 'Bob asks for a refund of his ticket'),
     (4, $2, true, 2, 'Everybody may read about the refund of a ticket')`,
  [alice.id, bob.id],
);
await shelf.index();

/** What Alice finds among the letters. */
async function letters(more: object = {}) {
  const source = "letters";
  return await found(alice.client, { source, query: "refund", ...more });
}

for (const mode of MODES) {
  Deno.test(`W13 ${mode} search finds what the caller may see, and the best first`, async () => {
    const wish = { source: "letters", query: "refund of a ticket", mode };
    const hers = await found(alice.client, wish);
    const his = await found(bob.client, wish);

    const weather = mode === "keyword" ? [] : [2];
    deepStrictEqual(idsOf(hers).toSorted(), [1, ...weather, 4]);
    deepStrictEqual(idsOf(his).toSorted(), [3, 4]);
    strictEqual(hers.mode, mode);
    deepStrictEqual(hers.index, {
      generation: 1,
      model: "static-en",
      queued: 0,
    });
  });
}

Deno.test("each result says what it is, and how well it was found", async () => {
  const { results: [first] } = await letters({
    query: "refund her",
    filter: { org: { eq: 1 } },
  });

  const { score, similarity = 0, ...rest } = first ?? {};
  deepStrictEqual(rest, {
    key: { id: 1 },
    chunk: 0,
    content: "Alice asks for a refund of her ticket",
    coverage: 1,
    metadata: { org: 1 },
  });
  strictEqual(score, 1);
  ok(similarity > 0.2 && similarity < 1, `${similarity}`);
});

Deno.test("a score is the cosine, the part of the words, or of both ranks", async () => {
  const by = async (mode: string) =>
    (await letters({ mode, query: "weather refund" })).results;

  for (const { score, similarity, coverage } of await by("semantic")) {
    deepStrictEqual([score, coverage], [similarity, undefined]);
  }
  for (const { score, similarity, coverage } of await by("keyword")) {
    deepStrictEqual([score, similarity, coverage], [0.5, undefined, 0.5]);
  }
  for (const { score } of await by("hybrid")) ok(score > 0.4 && score <= 1);
});

Deno.test("k and minScore leave the best", async () => {
  const all = await letters({ mode: "semantic" });
  const [first, second] = all.results;
  ok(first && second && first.score > second.score);

  const one = await letters({ mode: "semantic", k: 1 });
  const good = await letters({ mode: "semantic", minScore: second.score });

  deepStrictEqual(one.results, [first]);
  deepStrictEqual(good.results, [first, second]);
});

Deno.test("a row comes once, or with each of its chunks", async () => {
  const part = "the refund of a ticket is paid within the next fourteen days. ";
  await shelf.run(
    `insert into public.letters (id, is_open, org, text)
     values (50, true, 50, '${part.repeat(20)}')`,
  );
  await shelf.index();
  const wish = { filter: { org: { eq: 50 } }, k: 100 };

  const rows = await letters(wish);
  const chunks = await letters({ ...wish, groupBy: "chunk" });
  await shelf.run("delete from public.letters where id = 50");
  await shelf.index();

  strictEqual(rows.results.length, 1);
  const numbers = chunks.results.map(({ chunk }) => chunk).sort((a, b) =>
    a - b
  );
  ok(numbers.length >= 5, `${numbers}`);
  deepStrictEqual(numbers, numbers.map((_, at) => at));
});

Deno.test("a highlight is HTML in which nothing is markup but the marks", async () => {
  const text = `<script>alert("x")</script> a refund < 5 & 'more' \x02of\x03`;
  await world.rows(
    "insert into public.letters (id, is_open, org, text) values (60, true, 60, $1)",
    [text],
  );
  await shelf.index();

  const { results: [result] } = await letters({
    highlight: true,
    filter: { org: { eq: 60 } },
  });
  await shelf.run("delete from public.letters where id = 60");
  await shelf.index();

  const html = result?.highlight ?? "";
  match(html, /a <mark>refund<\/mark> &lt; 5 &amp; &#39;more&#39;/);
  deepStrictEqual(html.match(/<[^>]*>/g), ["<mark>", "</mark>"]);
});

Deno.test("keys and metadata say every digit, in every type", async () => {
  const { results: pairs } = await found(alice.client, {
    source: "pairs",
    query: "cat",
  });
  const { results: [uuid] } = await found(alice.client, {
    source: "uuids",
    query: "house",
  });

  const id = "00000000-0000-4000-8000-000000000001";
  deepStrictEqual(pairs.map(({ key }) => key), [
    { a: BIG, b: 'x "y"' },
    { a: 7, b: "7" },
  ]);
  deepStrictEqual(pairs.map(({ metadata }) => metadata), [
    { a: BIG, id },
    { a: 7, id: null },
  ]);
  deepStrictEqual(uuid?.key, { id: "7f3c0b1e-0000-4000-8000-00000000000a" });
});

const LIKE: readonly [what: string, source: string, like: unknown][] = [
  ["a value", "letters", 1],
  ["a value as a text", "letters", "1"],
  ["a list", "letters", [1]],
  ["an object", "letters", { id: 1 }],
  ["a list of a composite key", "pairs", [BIG, 'x "y"']],
  ["an object of a composite key", "pairs", { b: 'x "y"', a: BIG }],
];

for (const [what, source, like] of LIKE) {
  Deno.test(`like finds other rows than its own, by ${what}`, async () => {
    const answer = await found(alice.client, { source, like });

    const others = source === "pairs"
      ? [{ a: 7, b: "7" }]
      : [{ id: 4 }, { id: 2 }];
    deepStrictEqual(answer.results.map(({ key }) => key), others);
    strictEqual(answer.mode, "semantic");
  });
}

Deno.test("W13 to be like a row of somebody else is to be like none", async () => {
  const theirs = await refusal(alice.client, { source: "letters", like: 3 });
  const none = await refusal(alice.client, { source: "letters", like: 99 });

  strictEqual(theirs.status, 404);
  const words = await wordsOf(theirs);
  strictEqual(words["code"], "row_not_found");
  deepStrictEqual(words, await wordsOf(none));
});

for (const [filter, left] of FILTERS) {
  const name = JSON.stringify(filter).slice(0, 90);
  Deno.test(`a filter leaves ${left.length} of 4: ${name}`, async () => {
    for (const mode of MODES) {
      const answer = await found(alice.client, {
        ...{ source: "things", query: "refund", mode, filter },
      });

      deepStrictEqual(idsOf(answer).toSorted(), left, mode);
    }
  });
}

for (const [why, filter] of REFUSED) {
  Deno.test(`W12 a filter of ${why} is refused where it stands`, async () => {
    const response = await refusal(alice.client, {
      ...{ source: "things", query: "refund", filter },
    });

    strictEqual(response.status, 422);
    const { title, errors: [error] } = await response.json();
    strictEqual(title, "Invalid input");
    strictEqual(error.pointer, "#/filter");
    strictEqual((await shelf.rows("select from public.things")).length, 4);
  });
}

/** A search as bytes. */
function send(body: string): Promise<Response> {
  return place.call("", {
    method: "POST",
    body,
    headers: {
      authorization: `Bearer ${token}`,
      apikey: world.stack.keys.publishable,
      "content-type": "application/json",
    },
  });
}

for (const [why, body, status, code = "invalid_input"] of HOSTILE) {
  Deno.test(`W12 a search with ${why} is answered with ${status}`, async () => {
    const response = await send(body);

    await assertProblem(response, { status, code });
  });
}

for (const [what, body] of ODD) {
  Deno.test(`W12 a search with ${what} is answered`, async () => {
    const response = await send(body);

    const text = await response.text();
    strictEqual(response.status, 200, text);
    for (const { score } of JSON.parse(text).results) {
      ok(Number.isFinite(score), text);
    }
  });
}

for (const source of ["nothing", "vault", "columns"]) {
  Deno.test(`W13 the source ${source} is not there for who may not select from its table`, async () => {
    const response = await refusal(alice.client, { source, query: "memo" });

    strictEqual(response.status, 404);
    const { detail, ...words } = await wordsOf(response);
    strictEqual(detail, `Cannot find the source ${source}`);
    deepStrictEqual(words, {
      type: "urn:portico:problem:source-not-found",
      title: "Source not found",
      status: 404,
      code: "source_not_found",
    });
  });
}

Deno.test("C1 nobody who has not signed in may search", async () => {
  const response = await refusal(world.anyone(), {
    ...{ source: "things", query: "refund" },
  });

  await assertProblem(response, { status: 401, title: "Unauthenticated" });
});

Deno.test("the list of sources has those that the caller may search, and how far behind each is", async () => {
  await shelf.run(
    `update public.letters set text = text || ' later' where id = 1;
     update public.letters set text = text || ' last' where id = 2`,
  );
  const [first] = await shelf.rows<{ at: string }>(
    "select to_json(min(first_at)) as at from portico.dirty_rows",
  );
  // Somebody has the older of them, and it is due later.
  await shelf.run(
    `update portico.dirty_rows set due_at = now() + interval '1 minute'
     where key = '[1]'`,
  );
  const { data } = await alice.client.functions.invoke(
    "vector-search/sources",
    { method: "GET" },
  );
  const search = await letters();
  await shelf.run("update portico.dirty_rows set due_at = now()");
  await shelf.index();

  const names = data.sources.map((it: { source: string }) => it.source);
  deepStrictEqual(names, ["letters", "memos", "pairs", "things", "uuids"]);
  const behind = { queued: 2, oldestChange: first?.at };
  deepStrictEqual(data.sources[0], {
    source: "letters",
    generation: 1,
    model: "static-en",
    dimensions: 100,
    metadata: ["org"],
    staleness: behind,
  });
  deepStrictEqual(search.index, {
    ...{ generation: 1, model: "static-en", ...behind },
  });
});

/** What happens to a letter of Alice's while the index knows nothing of it. */
const CHANGES: readonly [what: string, script: string][] = [
  ["given away", "update public.letters set owner = null where id = 70"],
  ["filtered out", "update public.letters set is_sent = false where id = 70"],
  ["deleted", "delete from public.letters where id = 70"],
  ["renamed", "update public.letters set id = 71 where id = 70"],
];

for (const [what, script] of CHANGES) {
  Deno.test(`W14 a row that was ${what} is not found, however old the index is`, async () => {
    await world.rows(
      `insert into public.letters (id, owner, org, text)
       values (70, $1, 70, 'a refund for a walrus')`,
      [alice.id],
    );
    await shelf.index();
    const wish = { source: "letters", query: "refund walrus" };
    deepStrictEqual(idsOf(await found(alice.client, { ...wish, k: 1 })), [70]);

    await shelf.run(script);
    const answers = await Promise.all(
      MODES.map((mode) => found(alice.client, { ...wish, mode })),
    );
    const like = await refusal(alice.client, { source: "letters", like: 70 });

    for (const answer of answers) {
      const ids = idsOf(answer);
      ok(!ids.includes(70) && !ids.includes(71), `${ids}`);
      ok(answer.results.every(({ content }) => !content.includes("walrus")));
    }
    await assertProblem(like, { status: 404, title: "Row not found" });
    await shelf.run("delete from public.letters where id in (70, 71)");
    await shelf.index();
  });
}

/** A search among what a provider has the vectors of. */
const MEMO = { source: "memos", query: "the lost parcel" };

/** A new query each time: an instance remembers what it has asked for. */
let asked = 0;
function memo(more: object = {}) {
  return { ...MEMO, query: `the lost parcel ${asked++}`, ...more };
}

Deno.test("the same query is one call of a provider, in any mode", async () => {
  const wish = memo();
  await found(alice.client, { ...wish, query: "something else" });
  const before = model.calls;

  for (const mode of ["semantic", "hybrid", "semantic"]) {
    deepStrictEqual(
      idsOf(await found(bob.client, { ...wish, mode, k: 1 })),
      [2],
    );
  }
  strictEqual(model.calls - before, 1);

  await found(alice.client, { ...memo(), mode: "keyword" });
  await found(alice.client, { source: "memos", like: 1 });
  strictEqual(model.calls - before, 1);
});

Deno.test("W11 as many queries as a person may have embedded are counted where nobody can pass them by", async () => {
  const eve = await world.newPerson();
  const first = await replyTo(eve.client, memo());
  const { capacity, windowS, name } = LIMIT;
  strictEqual(
    first.headers.get("ratelimit-policy"),
    `"${name}";q=${capacity};w=${windowS}`,
  );
  strictEqual(
    first.headers.get("ratelimit"),
    `"${name}";r=${capacity - 1};t=0`,
  );
  await world.rows(
    `update portico.rate_limits
     set tokens = 0, taken_at = clock_timestamp() + interval '1 minute'
     where name = $1 and subject = $2`,
    [name, eve.id],
  );
  const before = model.calls;

  for (const mode of ["semantic", "hybrid"]) {
    const refused = await refusal(eve.client, memo({ mode }));
    strictEqual(refused.headers.get("retry-after"), "1");
    await assertProblem(refused, { status: 429, title: "Too many requests" });
  }

  strictEqual(model.calls, before);
  strictEqual(
    (await found(eve.client, memo({ mode: "keyword" }))).mode,
    "keyword",
  );
  strictEqual((await letters()).mode, "hybrid");
});

Deno.test("W11 nobody is billed for a query of who may not see the source", async () => {
  await found(alice.client, memo());
  await shelf.run("revoke select on public.memos from authenticated");
  const before = model.calls;

  const refused = await refusal(alice.client, memo());

  await shelf.run("grant select on public.memos to authenticated");
  await assertProblem(refused, { status: 404, title: "Source not found" });
  strictEqual(model.calls, before);
});

const DOWN: readonly [what: string, fault: typeof model.fault, wait: string][] =
  [
    ["is down", () => errorAnswer(500), "10"],
    ["has had enough", () => limited(42), "42"],
    ["takes no such text", () => errorAnswer(400), "10"],
    ["takes no such key", () => errorAnswer(401), "10"],
    [
      "answers with another length",
      ({ answer }) =>
        answer({ vectors: (all) => all.map((it) => it.slice(1)) }),
      "10",
    ],
    ["says nothing", hang, "10"],
  ];

for (const [what, fault, wait] of DOWN) {
  Deno.test(`W15 while a provider ${what}, words are looked for alone`, async () => {
    model.fault = fault;

    const [hybrid, keyword, semantic] = await Promise.all([
      found(alice.client, memo()),
      found(alice.client, memo({ mode: "keyword" })),
      refusal(alice.client, memo({ mode: "semantic" })),
    ]);
    model.fault = () => undefined;

    deepStrictEqual([hybrid.mode, idsOf(hybrid)], ["keyword", [2]]);
    deepStrictEqual([keyword.mode, idsOf(keyword)], ["keyword", [2]]);
    strictEqual(semantic.headers.get("retry-after"), wait);
    await assertProblem(semantic, {
      status: 503,
      title: "Embedding unavailable",
    });
    strictEqual((await found(alice.client, memo())).mode, "hybrid");
  });
}

Deno.test("a source whose model changes between two searches is searched by its own", async () => {
  const wish = memo();
  const old = await found(alice.client, wish);
  await shelf.run("select portico.renew('memos', 'static-en')");
  await shelf.index();
  await shelf.run("select portico.promote('memos')");

  const now = await found(alice.client, wish);
  const vector = await refusal(alice.client, {
    ...{ source: "memos", vector: Array(DIMENSIONS).fill(1) },
  });
  await shelf.run("select portico.rollback('memos')");
  const before = model.calls;
  const again = await found(alice.client, wish);

  deepStrictEqual(old.index, { generation: 1, model: "words", queued: 0 });
  deepStrictEqual(now.index, { generation: 2, model: "static-en", queued: 0 });
  strictEqual(idsOf(now)[0], 2);
  const { errors: [error] } = await vector.json();
  strictEqual(error.detail, "Must have 100 numbers");
  // The instance remembers the query by the model that it was asked of.
  deepStrictEqual(again, old);
  strictEqual(model.calls, before);
});

Deno.test("W13 no cache keeps an answer", async () => {
  const response = await send(
    JSON.stringify({ source: "letters", query: "refund" }),
  );
  await response.body?.cancel();

  strictEqual(response.headers.get("cache-control"), "no-store");
});
