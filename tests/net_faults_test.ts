/**
 * The worker of `pg_net` where Postgres refuses it something.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { startNet } from "../local/net.ts";
import { serve } from "../supabase/functions/_shared/testing/server.ts";
import { openPlatform } from "./platform.ts";
import { until } from "./until.ts";

const receiver = serve(() => new Response("fine"));
const platform = await openPlatform();
const { database, rows } = platform;
await rows("create extension pg_net with schema extensions");
const lines: string[] = [];
const worker = await startNet(database, (line) => lines.push(line));

Deno.test.afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

/** Queues a request, and returns its id. */
async function ask(path: string): Promise<number> {
  const [row] = await rows<{ id: number }>("select net.http_get($1) as id", [
    `${receiver.url}/${path}`,
  ]);
  return row?.id ?? NaN;
}

async function statusOf(id: number): Promise<number> {
  const { status } = await until(async () => {
    const [row] = await rows<{ status: number }>(
      "select status_code as status from net._http_response where id = $1",
      [id],
    );
    return row;
  });
  return status;
}

/**
 * What goes wrong in Postgres while the worker is at work, made by the owner of
 * a project or by anybody who may create a function.
 */
const FAULTS: [what: string, make: string, undo: string, said: RegExp][] = [
  [
    "an answer that cannot be kept",
    "alter table net._http_response add constraint faulty check (id < 0)",
    "alter table net._http_response drop constraint faulty",
    /Cannot keep the answer: .*violates check constraint "faulty"/,
  ],
  [
    "a queue that cannot be read",
    `create function public.faulty() returns trigger language plpgsql
       as $$ begin raise exception 'not today'; end $$;
     create trigger faulty before delete on net.http_request_queue
       for each row execute function public.faulty()`,
    "drop function public.faulty() cascade",
    /Cannot read the queue: .*not today/,
  ],
];

for (const [what, make, undo, said] of FAULTS) {
  Deno.test(`the worker survives ${what}`, async () => {
    await database.asOwner((sql) => sql.run(make));
    await ask("fault");
    await until(() => Promise.resolve(lines.some((line) => said.test(line))));
    await database.asOwner((sql) => sql.run(undo));

    const id = await ask("fine");

    strictEqual(await statusOf(id), 200);
  });
}

Deno.test("a trigger on the tables of pg_net is no way to more rights", async () => {
  await rows("create table public.witness (name text)");
  await rows("grant insert on public.witness to public");
  await rows("create role visitor login");
  await rows("grant create on schema public to visitor");
  await database.asRole("visitor", (sql) =>
    sql.run(`
      create function public.witness() returns trigger language plpgsql as $$
      begin
        insert into public.witness values (session_user);
        create role intruder superuser;
        return null;
      end $$;
      create trigger witness after insert on net._http_response
        for each row execute function public.witness();
    `));
  const refused = /permission denied to create role/;

  await ask("witness");

  await until(() => Promise.resolve(lines.some((line) => refused.test(line))));
  const made = await rows("select from pg_roles where rolname = 'intruder'");
  strictEqual(made.length, 0);
  await rows("drop function public.witness() cascade");
});
