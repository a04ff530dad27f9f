/**
 * What the owner of a project may do in a migration. The platform's own answers
 * are the oracle: what it takes is taken here, and what it refuses is refused.
 *
 * @module
 */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { BrokenMigration, migrate } from "../local/migrations.ts";
import { openPlatform } from "./platform.ts";

const platform = await openPlatform();
Deno.test.afterAll(async () => await platform[Symbol.asyncDispose]());

let version = 0;

/** Runs `script` as a project whose only migration it is. */
async function apply(script: string): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "portico-" });
  try {
    await Deno.mkdir(`${folder}/migrations`);
    const name = `${String(++version).padStart(14, "0")}_it.sql`;
    await Deno.writeTextFile(`${folder}/migrations/${name}`, script);
    return await migrate(platform.database, pathToFileURL(`${folder}/`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Migrations that projects on the platform have. */
const TAKEN: Readonly<Record<string, string>> = {
  "nothing in it": "",
  "nothing but a comment": "-- Later.\n",
  "extensions": `
    create extension if not exists pg_net with schema extensions;
    create extension if not exists pg_cron with schema pg_catalog;
    create extension if not exists supabase_vault with schema vault;
    create extension if not exists vector with schema extensions;
    create extension if not exists "uuid-ossp" with schema extensions;
    create extension if not exists pgcrypto with schema extensions;
    create extension if not exists pg_trgm with schema extensions;
    create extension if not exists citext with schema extensions;
    create extension if not exists unaccent;
    drop extension unaccent;`,
  "a profile for each user": `
    create table public.profiles (
      id uuid primary key references auth.users on delete cascade,
      name text not null default ''
    );
    alter table public.profiles enable row level security;
    create policy "own" on public.profiles using ((select auth.uid()) = id);
    create function public.on_user() returns trigger
    language plpgsql security definer set search_path = '' as $$
    begin
      insert into public.profiles (id) values (new.id);
      return new;
    end $$;
    create trigger on_user after insert on auth.users
      for each row execute function public.on_user();`,
  "that trigger, dropped": `
    drop trigger on_user on auth.users;
    drop function public.on_user();`,
  "policies of Storage": `
    create policy "all see" on storage.objects for select using (true);
    alter policy "all see" on storage.objects using (bucket_id = 'x');
    drop policy "all see" on storage.objects;
    create policy "buckets" on storage.buckets for select using (true);
    drop policy if exists "buckets" on storage.buckets;`,
  "a bucket": `
    insert into storage.buckets (id, name, public)
    values ('avatars', 'avatars', true) on conflict (id) do nothing;`,
  "a trigger on objects": `
    create function public.on_object() returns trigger language plpgsql as $$
    begin return new; end $$;
    create trigger on_object before insert on storage.objects
      for each row execute function public.on_object();
    drop function public.on_object() cascade;`,
  "a role of the project's own": `
    create role manager nologin noinherit;
    grant manager to authenticator;
    grant authenticated to manager;`,
  "a webhook of the dashboard": `
    create table public.orders (id int primary key);
    create trigger "on order" after insert or update or delete on public.orders
      for each row execute function supabase_functions.http_request(
        'http://127.0.0.1:9/', 'POST', '{"Content-Type":"application/json"}',
        '{}', '1000');`,
  "what Realtime publishes": `
    create table public.messages (id int primary key);
    alter publication supabase_realtime add table public.messages;`,
  "a secret": `select vault.create_secret('s3cret', 'name', 'what for');`,
  "a job": `
    select cron.schedule('nightly', '0 3 * * *', 'vacuum');
    select cron.unschedule('nightly');`,
  "text that looks like the end of a statement": `
    -- one; two
    create function public.f() returns text language sql as $body$
      select '; -- é' /* ; */ $body$;
    comment on function public.f() is 'It''s; so';`,
  "begin and commit around it, which say what is so anyway": `
    -- Everything or nothing.
    begin;
    create table public.wrapped (id int);
    savepoint half; drop table public.wrapped; rollback to half;
    commit;`,
  "the head of a dump": `
    SET statement_timeout = 0;
    SET client_encoding = 'UTF8';
    SELECT pg_catalog.set_config('search_path', '', false);
    SET row_security = off;
    SET SESSION AUTHORIZATION DEFAULT;
    CREATE TABLE public.dumped (id int);`,
  "a mark of byte order": "\ufeffselect 1;",
  "a function of the standard": `
    create function public.g(a int) returns int begin atomic
      select a + 1; select a + 2; end;`,
};

for (const [name, script] of Object.entries(TAKEN)) {
  Deno.test(`a migration may have ${name}`, async () => {
    strictEqual((await apply(script)).length, 1);
  });
}

/** What the platform answers with SQLSTATE 42501. */
const REFUSED: Readonly<Record<string, [script: string, reason: RegExp]>> = {
  "alter a table of Storage": [
    "alter table storage.objects enable row level security",
    /must be owner of table objects/,
  ],
  "index a table of Storage": [
    "create index on storage.objects (owner_id)",
    /must be owner of table objects/,
  ],
  "add a table to auth": [
    "create table auth.more (id int)",
    /permission denied for schema auth/,
  ],
  "add a function to storage": [
    "create function storage.f() returns int language sql as 'select 1'",
    /permission denied for schema storage/,
  ],
  "drop a table of Auth": [
    "drop table auth.users cascade",
    /must be owner of table users/,
  ],
  "make a superuser": [
    "create role root superuser",
    /permission denied to create role/,
  ],
  "become the platform": [
    "set role supabase_admin",
    /permission denied to set role/,
  ],
  "become the keeper of Storage": [
    "set role supabase_storage_admin",
    /permission denied to set role/,
  ],
  "get more by a reset": [
    "reset role; create role root superuser",
    /permission denied to create role/,
  ],
  "read the server's files": [
    "select pg_read_file('PG_VERSION')",
    /permission denied/,
  ],
  "schedule a job as the platform": [
    "select cron._put('x', '* * * * *', 'select 1', 'supabase_admin', true)",
    /permission denied to schedule as supabase_admin/,
  ],
  "write a job past cron.schedule": [
    "insert into cron.job (schedule, command) values ('* * * * *', 'x')",
    /permission denied for table job/,
  ],
  "end its transaction and go on as the platform": [
    "commit; create table storage.more (id int)",
    /_it\.sql:1: Cannot begin or end a transaction: .* take the statement out/,
  ],
  "have a second transaction": [
    "begin; select 1; commit; begin; select 1; commit",
    /Cannot begin or end a transaction/,
  ],
  "roll back": ["rollback", /Cannot begin or end a transaction/],
  "sign in as the platform": [
    "set session authorization supabase_admin; create table storage.x (id int)",
    /permission denied to set session authorization/,
  ],
  "sign in as the platform for a moment": [
    "set local session authorization 'supabase_admin'",
    /permission denied to set session authorization/,
  ],
  "wait for rows that nobody sends": [
    "copy public.before_it from stdin",
    /Cannot copy from stdin: nobody sends the rows/,
  ],
  "policies hidden in a block, since those are not looked into": [
    `do $$ begin
       create policy "p" on storage.objects for select using (true);
     end $$`,
    /must be owner of table objects/,
  ],
};

for (const [name, [script, reason]] of Object.entries(REFUSED)) {
  Deno.test(`a migration may not ${name}`, async () => {
    const before = await platform.rows("select count(*) from pg_class");

    await rejects(
      apply(`create table public.before_it (id int); ${script}`),
      (error) => error instanceof BrokenMigration && reason.test(error.message),
    );

    const after = await platform.rows("select count(*) from pg_class");
    deepStrictEqual(after, before);
  });
}

Deno.test("a broken migration is named with its line", async () => {
  const script = `create table public.fine (id int);

-- A comment of
-- two lines.
create table public.broken (id nonsense);
`;

  await rejects(apply(script), /_it\.sql:5: type "nonsense" does not exist/);

  const [row] = await platform.rows<{ fine: string | null }>(
    "select to_regclass('public.fine')::text as fine",
  );
  strictEqual(row?.fine, null);
});

Deno.test("a migration that is not SQL is named with its line", async () => {
  const script = "-- é😀\nselect 1;\n\ncreat table x;";

  await rejects(apply(script), /_it\.sql:4: syntax error at or near "creat"/);
});

Deno.test("what Postgres adds to an error is said", async () => {
  await rejects(
    apply("create table public.a (id int primary key); select ida from a"),
    /column "ida" does not exist\. Hint: Perhaps you meant .*"a\.id"$/,
  );
  await rejects(
    apply(`create table public.a (id int primary key);
      insert into public.a values (1), (1)`),
    /violates unique constraint "a_pkey"\. Key \(id\)=\(1\) already exists$/,
  );
});

Deno.test("a migration and its record are one transaction", async () => {
  const history =
    "select count(*)::int as n from supabase_migrations.schema_migrations";
  const [before] = await platform.rows<{ n: number }>(history);

  await rejects(apply("select 1; select 1 / 0"));
  const [failed] = await platform.rows<{ n: number }>(history);
  await apply("select 1");
  const [done] = await platform.rows<{ n: number }>(history);

  strictEqual(failed?.n, before?.n);
  strictEqual(done?.n, (before?.n ?? NaN) + 1);
});

Deno.test("what a migration may do ends with it", async () => {
  await apply("select 1");

  const [row] = await platform.rows<{ session: string; user: string }>(
    "select session_user::text as session, current_user::text as user",
  );

  deepStrictEqual(row, { session: "supabase_admin", user: "supabase_admin" });
});

const SETTINGS = `
  set search_path = ''; set row_security = off; set statement_timeout = '1s';
  set default_transaction_read_only = on;`;

const LEFT = `
  create temp table leftover (id int);
  prepare question as select 1;
  select pg_advisory_lock(1);
  declare pointer cursor with hold for select 1;`;

for (const [how, end] of [["is applied", ""], ["fails", "select 1 / 0"]]) {
  Deno.test(`a migration that ${how} leaves nothing in the session`, async () => {
    const session = `
      select current_user::text, current_setting('search_path') as path,
        current_setting('row_security') as rls,
        current_setting('statement_timeout') as timeout,
        current_setting('transaction_read_only') as "readOnly",
        to_regclass('leftover')::text as temporary,
        (select count(*)::int from pg_prepared_statements where name <> '')
          as prepared,
        (select count(*)::int from pg_cursors where name <> '') as cursors,
        (select count(*)::int from pg_locks where locktype = 'advisory')
          as locks`;
    const before = await platform.rows(session);

    const done = apply(`${LEFT} ${SETTINGS} ${end}`).then(() => "is applied");

    strictEqual(await done.catch(() => "fails"), how);
    deepStrictEqual(await platform.rows(session), before);
  });
}
