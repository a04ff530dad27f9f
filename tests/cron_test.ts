/**
 * `pg_cron`: which jobs may be, when they run, and as whom.
 *
 * @module
 */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
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
    "insert into public.runs (job) values ('u'); copy public.runs from stdin",
    /Cannot copy from stdin/,
  ],
  [
    "would become the platform",
    `set session authorization supabase_admin;
     insert into public.runs (job) values ('u')`,
    /permission denied to set session authorization/,
  ],
];

for (const [why, command, reason] of UNSAID) {
  Deno.test(`a job that ${why} is refused whole`, async () => {
    await rejects(database.asClient("postgres", command), reason);

    strictEqual(
      (await rows("select from public.runs where job = 'u'")).length,
      0,
    );
  });
}

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

const SCHEDULES = [
  "* * * * *",
  "*/5 0-6,22 1 jan-mar mon",
  "5-50/10 * * * *",
  "0 0 $ * *",
  "0 0 * * 7",
  "1 second",
  "59 seconds",
  "@hourly",
];

for (const schedule of SCHEDULES) {
  Deno.test(`"${schedule}" is a schedule`, async () => {
    const id = await say<number>("cron.schedule($1, 'select 1')", [schedule]);

    strictEqual(await say("cron.unschedule($1::bigint)", [id]), true);
  });
}

const NO_SCHEDULES = [
  "",
  "* * * *",
  "* * * * * *",
  "60 * * * *",
  "* 24 * * *",
  "* * 0 * *",
  "* * * 13 *",
  "* * * * 8",
  "* * * * funday",
  "*/0 * * * *",
  "-1 * * * *",
  "5/10 * * * *",
  "9-5 * * * *",
  "1,,2 * * * *",
  "0 seconds",
  "60 seconds",
  "1.5 seconds",
  "5 minutes",
  "@reboots",
];

for (const schedule of NO_SCHEDULES) {
  Deno.test(`"${schedule}" is no schedule`, async () => {
    await rejects(
      say("cron.schedule('no', $1, 'select 1')", [schedule]),
      /invalid schedule/,
    );
    const made = await rows("select from cron.job where jobname = 'no'");
    strictEqual(made.length, 0);
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
