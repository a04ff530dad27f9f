/**
 * `portico.watch()`: what it takes, what it refuses, and what is written down when
 * rows change. Nothing is embedded here.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { shelfOf } from "./index/shelf.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());
const shelf = shelfOf(world);

await shelf.run(`
  create type public.mood as enum ('calm', 'loud');
  create table public.notes (
    id int primary key, org int, lang text, title text, body text,
    published boolean default true, views int default 0, data json
  );
  create table public.keyless (title text);
  create table public.odd (id bytea primary key, title text);
  create view public.shown as select * from public.notes;
  create table public.parted (id int, title text) partition by range (id);
`);

/** What it is given, and what it says. */
const REFUSALS: readonly [why: string, call: string, expected: RegExp][] = [
  [
    "a table that is not there",
    `'a', 'public.nowhere', 'title'`,
    /does not exist/,
  ],
  ["a view", `'a', 'public.shown', 'title'`, /it is not a table/],
  ["a partitioned table", `'a', 'public.parted', 'title'`, /it is not a table/],
  ["no key", `'a', 'public.keyless', 'title'`, /it has no primary key/],
  ["a key of bytes", `'a', 'public.odd', 'title'`, /its key has id bytea/],
  [
    "a column that is not there",
    `'a', 'public.notes', 'titel'`,
    /Cannot render rows of public.notes: column "titel" does not exist/,
  ],
  [
    "a text that is none",
    `'a', 'public.notes', 'title ||'`,
    /Cannot render rows/,
  ],
  ["an aggregate", `'a', 'public.notes', 'count(*)'`, /Cannot render rows/],
  [
    "a second statement",
    `'a', 'public.notes', 'title); drop table public.notes; --'`,
    /Cannot render rows/,
  ],
  [
    "a condition that is none",
    `'a', 'public.notes', 'title', "where" => 'views'`,
    /Cannot render rows/,
  ],
  [
    "metadata that is not there",
    `'a', 'public.notes', 'title', metadata => '{orgs}'`,
    /Cannot filter by orgs/,
  ],
  [
    "metadata of JSON",
    `'a', 'public.notes', 'title', metadata => '{data}'`,
    /Cannot filter by data/,
  ],
  [
    "a name with a space",
    `'a b', 'public.notes', 'title'`,
    /sources_name_check/,
  ],
  [
    "an unknown model",
    `'a', 'public.notes', 'title', model => 'best'`,
    /how long the vectors of best are/,
  ],
  [
    "other dimensions than it has",
    `'a', 'public.notes', 'title', dimensions => 384`,
    /Cannot have 384 dimensions of static-en: it has 100/,
  ],
  [
    "chunks of nothing",
    `'a', 'public.notes', 'title', chunking => '{"maxTokens": 1}'`,
    /Cannot cut texts/,
  ],
  [
    "an option that is none",
    `'a', 'public.notes', 'title', chunking => '{"max": 100}'`,
    /Cannot cut texts/,
  ],
  [
    "a budget of nothing",
    `'a', 'public.notes', 'title', budget => 0`,
    /sources_budget_check/,
  ],
];

for (const [why, call, expected] of REFUSALS) {
  Deno.test(`watch() refuses ${why}, and leaves nothing`, async () => {
    const objection = await shelf.objection(`select portico.watch(${call})`);

    match(objection?.message ?? "", expected);
    deepStrictEqual(
      await shelf.rows("select 1 from portico_index.sources"),
      [],
    );
    deepStrictEqual(await leftovers(), []);
  });
}

/** What is there of sources: functions, tables and triggers. */
async function leftovers(): Promise<string[]> {
  const found = await shelf.rows<{ it: string }>(
    `select proname as it from pg_proc
     where pronamespace = 'portico_index'::regnamespace and proname ~ '_[0-9]+$'
     union all
     select relname from pg_class
     where relnamespace = 'portico_index'::regnamespace and relname ~ '_[0-9]+$'
     union all
     select tgname from pg_trigger where tgname ~ '^portico_[0-9]' order by 1`,
  );
  return found.map(({ it }) => it);
}

for (const role of ["anon", "authenticated", "service_role"]) {
  Deno.test(`watch() is not for ${role}`, async () => {
    const objection = await shelf.objection(
      `set local role ${role};
       select portico.watch('a', 'public.notes', 'title')`,
    );

    strictEqual(objection?.code, "42501");
  });
}

Deno.test("unwatch() leaves nothing behind, and the table as it was", async () => {
  await shelf.run(
    "select portico.watch('a', 'public.notes', 'title', '{org}')",
  );
  ok((await leftovers()).length > 0);

  await shelf.run("select portico.unwatch('a')");

  deepStrictEqual(await leftovers(), []);
  await shelf.run("insert into public.notes (id) values (0)");
  await shelf.run("delete from public.notes");
});

Deno.test("unwatch() refuses what nobody watches", async () => {
  const objection = await shelf.objection("select portico.unwatch('nothing')");

  match(objection?.message ?? "", /Cannot find the source nothing/);
});

/** What `script` writes down, of a table of rows 1 to 3, of which 3 is not wanted. */
async function marked(script: string, options = ""): Promise<string[]> {
  await shelf.run(
    `insert into public.notes (id, org, lang, title, body, published)
     values (1, 1, 'en', 'one', 'a', true), (2, 2, 'de', 'two', 'b', true),
       (3, 3, 'fr', 'three', 'c', false);
     select portico.watch('notes', 'public.notes', 'title || body',
       metadata => '{org,lang}', "where" => 'published' ${options})`,
  );
  try {
    await shelf.run(script);
    return await shelf.queue();
  } finally {
    await shelf.run(
      "select portico.unwatch('notes'); delete from public.notes",
    );
  }
}

const CHANGES: readonly [what: string, script: string, keys: string[]][] = [
  [
    "a new row",
    "insert into public.notes (id, title, body) values (4, 'a', 'b')",
    ["[4]"],
  ],
  [
    "a new row that is not wanted",
    "insert into public.notes (id, title, body, published) values (4, 'a', 'b', false)",
    [],
  ],
  [
    "a new row without a text",
    "insert into public.notes (id, title) values (4, 'a')",
    [],
  ],
  ["another text", "update public.notes set title = 'new' where id = 1", [
    "[1]",
  ]],
  ["the same text", "update public.notes set title = title", []],
  ["another metadatum", "update public.notes set org = 9 where id = 2", [
    "[2]",
  ]],
  ["an irrelevant column", "update public.notes set views = views + 1", []],
  [
    "a text of a row that is not wanted",
    "update public.notes set title = 'x' where id = 3",
    [],
  ],
  ["a row that is wanted now", "update public.notes set published = true", [
    "[3]",
  ]],
  [
    "a row that is not wanted any more",
    "update public.notes set published = false",
    ["[1]", "[2]"],
  ],
  ["another key", "update public.notes set id = 7 where id = 1", [
    "[1]",
    "[7]",
  ]],
  ["a row that has gone", "delete from public.notes where id = 1", ["[1]"]],
  [
    "a row that has gone and was not wanted",
    "delete from public.notes where id = 3",
    [],
  ],
  ["many rows at once", "update public.notes set body = 'all'", ["[1]", "[2]"]],
  [
    "the same row many times",
    "update public.notes set body = 'x' where id = 1; update public.notes set body = 'y' where id = 1",
    ["[1]"],
  ],
  [
    "an upsert",
    "insert into public.notes (id, title, body) values (1, 'a', 'b'), (8, 'c', 'd') on conflict (id) do update set title = excluded.title",
    ["[1]", "[8]"],
  ],
  [
    "what is taken back",
    "savepoint a; update public.notes set title = 'x'; rollback to a",
    [],
  ],
];

for (const [what, script, keys] of CHANGES) {
  Deno.test(`watch() writes down ${what}`, async () => {
    deepStrictEqual(await marked(script), keys);
  });

  Deno.test(`watch() of rows that are replicated writes down ${what}`, async () => {
    deepStrictEqual(await marked(script, ", replicated => true"), keys);
  });
}

for (const [options, keys] of [["", []], [", replicated => true", ["[1]"]]]) {
  const does = keys?.length === 0 ? "does not see" : "sees";
  Deno.test(`watch() ${does} what is replicated${options}`, async () => {
    await shelf.run(
      `insert into public.notes (id, title) values (1, 'one');
       select portico.watch('notes', 'public.notes', 'title' ${options})`,
    );

    // As the worker of a subscription does.
    await world.stack.database.asOwner((sql) =>
      sql.run(`set local session_replication_role = replica;
        update public.notes set title = 'new'`)
    );

    deepStrictEqual(await shelf.queue(), keys);
    await shelf.run(
      "select portico.unwatch('notes'); delete from public.notes",
    );
  });
}

Deno.test("watch() asks for a comparison after TRUNCATE", async () => {
  await shelf.run("select portico.watch('notes', 'public.notes', 'title')");

  await shelf.run("truncate public.notes");

  const asked = await shelf.rows("select source from portico.index_requests");
  strictEqual(asked.length, 1);
  await shelf.run("select portico.unwatch('notes')");
});

Deno.test("an expression that fails does not fail the statement", async () => {
  const keys = await marked(
    `select portico.watch('other', 'public.notes', '(100 / views)::text');
     update public.notes set views = 0 where id = 1;
     insert into public.notes (id, views) values (9, 0)`,
  );

  await shelf.run("select portico.unwatch('other')");
  ok(keys.includes("[1]") && keys.includes("[9]"), keys.join());
});

Deno.test("columns may be called as our own variables are", async () => {
  await shelf.run(
    `create table public.names (
       id int primary key, key text, keys text, text text, size int, after text,
       it text, metadata text, n int, content text
     );
     select portico.watch('names', 'public.names',
       'key || keys || text || after || it || metadata || content',
       metadata => '{key,keys,size,n,content,text}', "where" => 'n = size');
     insert into public.names
     values (1, 'a', 'b', 'c', 1, 'd', 'e', 'f', 1, 'g'),
       (2, 'a', 'b', 'c', 1, 'd', 'e', 'f', 2, 'g')`,
  );

  deepStrictEqual(await shelf.queue(), ["[1]"]);
  const [claim] = await shelf.rows<{ it: { rows: { text: string }[] } }>(
    "select portico_api.claim_rows(gen_random_uuid(), 10, 10) as it",
  );
  deepStrictEqual(claim?.it.rows.map(({ text }) => text), ["abcdefg"]);
  await shelf.run("select portico.unwatch('names'); drop table public.names");
});

/** Types of keys, and two values of each that are hard to carry as text. */
const KEYS: readonly [type: string, values: readonly string[]][] = [
  ["uuid", [
    "'7f3c0b1e-0000-4000-8000-000000000001'",
    "'7f3c0b1e-0000-4000-8000-000000000002'",
  ]],
  ["bigint", ["9007199254740993", "9007199254740992"]],
  ["text", [`'a "b" \\ ''c'''`, "'é\u0301 [1]'"]],
  ['text collate "C"', ["'B'", "'a'"]],
  ["varchar(10)", ["'x'", "'y'"]],
  ["numeric", ["1.50", "12345678901234567890.123456789"]],
  ["timestamptz", ["'2026-01-01 00:00:00.123456+02'", "'infinity'"]],
  ["date", ["'2026-01-01'", "'0044-03-15 BC'"]],
  ["public.mood", ["'calm'", "'loud'"]],
  ["boolean", ["true", "false"]],
  ["float8", ["0.1", "'NaN'"]],
  ["extensions.citext", ["'A'", "'b'"]],
];

await shelf.run("create extension if not exists citext with schema extensions");

for (const [type, values] of KEYS) {
  Deno.test(`watch() takes a key of ${type}, alone and with another`, async () => {
    await shelf.run(
      `create table public.keyed (
         "the id" ${type}, part int, title text, primary key ("the id", part)
       );
       select portico.watch('keyed', 'public.keyed', 'title');
       insert into public.keyed
       values ${values.map((it, at) => `(${it}, ${at}, 't${at}')`).join()}`,
    );

    const [claim] = await shelf.rows<
      { it: { rows: { key: string; text: string }[] } }
    >("select portico_api.claim_rows(gen_random_uuid(), 10, 10) as it");
    const texts = claim?.it.rows.map(({ text }) => text).sort();
    deepStrictEqual(texts, ["t0", "t1"]);
    const drift = await shelf.rows<{ fault: string }>(
      `select drift.fault from portico_index.generations as it,
         portico.drift(it.id, null, 10) as drift`,
    );
    deepStrictEqual(drift.map(({ fault }) => fault), ["missing", "missing"]);
    await shelf.run("select portico.unwatch('keyed'); drop table public.keyed");
  });
}
