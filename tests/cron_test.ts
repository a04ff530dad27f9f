/**
 * `pg_cron`: which jobs may be, when they run, and as whom.
 *
 * @module
 */
import {
  deepStrictEqual,
  match,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { startCron } from "../local/cron.ts";
import { openPlatform } from "./platform.ts";
import { until } from "./until.ts";

const platform = await openPlatform();
const { database, rows } = platform;
const lines: string[] = [];
const worker = await startCron(database, (line) => lines.push(line));
await database.asOwner((sql) =>
  sql.run(`
    create extension pg_cron with schema pg_catalog;
    create table public.runs (
      job text, who text default session_user, id serial
    );
    grant all on public.runs, public.runs_id_seq to public;
  `)
);

Deno.test.afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await platform[Symbol.asyncDispose]();
});

/** Says `call` as the owner of the project, or as `role`. */
async function say<T>(
  call: string,
  parameters: unknown[] = [],
  role = "postgres",
): Promise<T | undefined> {
  const [row] = await database.asRole(
    role,
    (sql) => sql.query<{ it: T }>(`select ${call} as it`, parameters),
  );
  return row?.it;
}

interface Run {
  readonly status: string;
  readonly message: string;
  readonly username: string;
  readonly took: boolean;
}

/** The first run of a job that has ended. */
async function firstRunOf(job: number | undefined): Promise<Run> {
  return await until(async () => {
    const [run] = await rows<Run>(
      `select status, return_message as message, username,
         end_time >= start_time as took
       from cron.job_run_details
       where jobid = $1 and status <> 'running' order by runid limit 1`,
      [job],
    );
    return run;
  });
}

Deno.test("a job runs as whoever scheduled it, and its run is recorded", async () => {
  const id = await say<number>("cron.schedule('a', '1 seconds', $1)", [
    "insert into public.runs (job) values ('a'), ('a')",
  ]);

  const run = await firstRunOf(id);
  await say("cron.unschedule('a')");

  deepStrictEqual(run, {
    status: "succeeded",
    message: "2 rows",
    username: "postgres",
    took: true,
  });
  const made = await rows(
    "select distinct who from public.runs where job = 'a'",
  );
  deepStrictEqual(made, [{ who: "postgres" }]);
});

Deno.test("a job that fails is recorded, said, and undone", async () => {
  const id = await say<number>("cron.schedule('b', '1 seconds', $1)", [
    "insert into public.runs (job) values ('b'); select 1 / 0",
  ]);

  const run = await firstRunOf(id);
  await say("cron.unschedule('b')");

  strictEqual(run.status, "failed");
  strictEqual(run.message, "ERROR: division by zero");
  strictEqual(lines.some((line) => line.endsWith("division by zero")), true);
  const made = await rows("select from public.runs where job = 'b'");
  strictEqual(made.length, 0);
});

Deno.test("a job is no superuser", async () => {
  const id = await say<number>("cron.schedule('c', '1 seconds', $1)", [
    "reset session authorization; create role intruder superuser",
  ]);

  const run = await firstRunOf(id);
  await say("cron.unschedule('c')");

  strictEqual(run.message, "ERROR: permission denied to create role");
  const made = await rows("select from pg_roles where rolname = 'intruder'");
  strictEqual(made.length, 0);
});

Deno.test("a job may vacuum, and leaves no setting behind", async () => {
  const vacuum = await say<number>("cron.schedule('d', '1 seconds', $1)", [
    "vacuum public.runs",
  ]);
  const setting = await say<number>("cron.schedule('e', '1 seconds', $1)", [
    "set search_path = 'nowhere'; begin; set local work_mem = '1MB'",
  ]);

  const runs = [await firstRunOf(vacuum), await firstRunOf(setting)];
  await say("cron.unschedule($1::bigint)", [vacuum]);
  await say("cron.unschedule($1::bigint)", [setting]);

  deepStrictEqual(runs.map(({ status }) => status), ["succeeded", "succeeded"]);
  deepStrictEqual(
    await rows(
      `select current_setting('search_path') as path,
         current_user::text as "user"`,
    ),
    [{ path: '"$user", public, extensions', user: "supabase_admin" }],
  );
});

Deno.test("a job that is scheduled in a rolled back transaction never runs", async () => {
  await rejects(database.asRole("postgres", async (sql) => {
    await sql.query("select cron.schedule('f', '1 seconds', 'select 1')");
    throw new Error("No");
  }));
  const after = await say<number>(
    "cron.schedule('g', '1 seconds', 'select 1')",
  );

  await firstRunOf(after);
  await say("cron.unschedule('g')");

  const [row] = await rows<{ n: number }>(
    `select count(*)::int as n from cron.job_run_details
     where jobid = $1::bigint - 1`,
    [after],
  );
  strictEqual(row?.n, 0);
});

/** How often a job has run, or begun to. */
async function runsOf(job: number | undefined): Promise<number> {
  const runs = "select from cron.job_run_details where jobid = $1";
  return (await rows(runs, [job])).length;
}

Deno.test("a schedule that nobody can follow stops no other job", async () => {
  const [bad] = await rows<{ id: number }>(
    `insert into cron.job (schedule, command, username)
     values ('0 0 * nov-feb *', 'select 1', 'postgres') returning jobid as id`,
  );
  const good = await say<number>("cron.schedule('k', '1 seconds', 'select 1')");

  strictEqual((await firstRunOf(good)).status, "succeeded");
  const failed = await firstRunOf(bad?.id);

  strictEqual(failed.status, "failed");
  match(failed.message, /^ERROR: Cannot follow 0 0 \* nov-feb \*: /);
  ok(lines.some((line) => line.includes("Cannot follow")));

  // Nor does it keep a timer alive: the next job's runs count the seconds.
  await say("cron.unschedule('k')");
  const next = await say<number>("cron.schedule('l', '1 seconds', 'select 1')");
  await firstRunOf(next);
  const before = await runsOf(good);
  await until(async () => await runsOf(next) >= 3);
  strictEqual(await runsOf(good), before);
  await say("cron.unschedule('l')");
  await rows("delete from cron.job where jobid = $1", [bad?.id]);
});

Deno.test("a name is scheduled once: a second time changes the job", async () => {
  const first = await say("cron.schedule('h', '0 3 * * *', 'select 1')");
  const second = await say("cron.schedule('h', '@daily', 'select 2')");
  await say("cron.alter_job($1, schedule => '5 4 * * sun')", [first]);

  const jobs = await rows(
    "select schedule, command from cron.job where jobname = 'h'",
  );

  strictEqual(first, second);
  deepStrictEqual(jobs, [{ schedule: "5 4 * * sun", command: "select 2" }]);
  strictEqual(await say("cron.unschedule('h')"), true);
});

Deno.test("a job that is not there cannot be unscheduled", async () => {
  await rejects(
    say("cron.unschedule('nobody')"),
    /could not find valid entry for job 'nobody'/,
  );
});

Deno.test("somebody else's job is out of reach", async () => {
  await rows("create role visitor login");
  await rows("grant usage on schema cron to visitor");
  await rows("grant select on cron.job to visitor");
  await rows("grant execute on all functions in schema cron to visitor");
  const id = await say<number>("cron.schedule('i', '0 3 * * *', 'select 1')");

  const seen = await say("(select count(*)::int from cron.job)", [], "visitor");
  await rejects(
    say("cron.unschedule($1::bigint)", [id], "visitor"),
    /could not find valid entry/,
  );
  await rejects(
    say("cron.alter_job($1, command => 'select 2')", [id], "visitor"),
    /does not exist or you don't own it/,
  );

  strictEqual(seen, 0);
  deepStrictEqual(
    await rows("select command from cron.job where jobid = $1", [id]),
    [{ command: "select 1" }],
  );
});

for (const role of ["anon", "authenticated", "service_role"]) {
  Deno.test(`${role} cannot schedule`, async () => {
    await rejects(
      database.as(
        { role },
        (sql) =>
          sql.query("select cron.schedule('x', '* * * * *', 'select 1')"),
      ),
      /permission denied for schema cron/,
    );
  });
}

Deno.test("a run that a crash cut short is no longer running", async () => {
  await using own = await openPlatform();
  await own.database.asOwner((sql) => sql.run("create extension pg_cron"));
  await own.rows(
    `insert into cron.job_run_details (jobid, username, status)
     values (1, 'postgres', 'running')`,
  );

  await using _worker = await startCron(own.database, () => {});

  deepStrictEqual(
    await own.rows("select status, return_message from cron.job_run_details"),
    [{ status: "failed", return_message: "server restarted" }],
  );
});
