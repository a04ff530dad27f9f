/**
 * What a job may do to the one session of Postgres: nothing that outlives it.
 *
 * @module
 */
import { rejects, strictEqual } from "node:assert/strict";
import { openPlatform } from "./platform.ts";
import { until } from "./until.ts";

const platform = await openPlatform();
const { database, rows } = platform;
await rows("create table public.made (job text)");
await rows("grant all on public.made to postgres");

Deno.test.afterAll(async () => await platform[Symbol.asyncDispose]());

/** What each of these leaves is looked for after it. */
const LEFT: [what: string, command: string, query: string][] = [
  [
    "temporary table",
    "create temp table leftover (id int)",
    "select from pg_class where relname = 'leftover'",
  ],
  [
    "prepared statement",
    "prepare question as select 1",
    "select from pg_prepared_statements where name = 'question'",
  ],
  [
    "cursor",
    "declare pointer cursor with hold for select 1",
    "select from pg_cursors where name = 'pointer'",
  ],
  [
    "advisory lock",
    "select pg_advisory_lock(1)",
    "select from pg_locks where locktype = 'advisory'",
  ],
  [
    "setting",
    "set default_transaction_read_only = on",
    "select where current_setting('transaction_read_only') = 'on'",
  ],
];

for (const [what, command, query] of LEFT) {
  for (const end of ["", "; select 1 / 0"]) {
    const how = end && " when it fails";
    Deno.test(`a job leaves no ${what} behind${how}`, async () => {
      const job = database.asClient("postgres", command + end);

      strictEqual(await job.then(() => "", () => " when it fails"), how);
      strictEqual((await rows(query)).length, 0);
    });
  }
}

for (const command of ["discard all", "unlisten *"]) {
  Deno.test(`a job that says "${command}" does not deafen the stack`, async () => {
    let calls = 0;
    await database.listen("hearing", () => calls++);

    await database.asClient("postgres", command);
    await rows("notify hearing");

    await until(() => Promise.resolve(calls > 0));
    strictEqual(calls, 1);
  });
}

const UNSAID: [why: string, command: string, reason: RegExp][] = [
  [
    "waits for rows that nobody sends",
    "insert into public.made (job) values ('u'); copy public.made from stdin",
    /Cannot copy from stdin/,
  ],
  [
    "would become the platform",
    `set session authorization supabase_admin;
     insert into public.made (job) values ('u')`,
    /permission denied to set session authorization/,
  ],
];

for (const [why, command, reason] of UNSAID) {
  Deno.test(`a job that ${why} is refused whole`, async () => {
    await rejects(database.asClient("postgres", command), reason);

    strictEqual(
      (await rows("select from public.made where job = 'u'")).length,
      0,
    );
  });
}
