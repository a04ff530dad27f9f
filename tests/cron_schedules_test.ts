/**
 * Which schedules `pg_cron` takes, and that those can be followed.
 *
 * @module
 */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { startCron } from "../local/cron.ts";
import { openPlatform } from "./platform.ts";
import { until } from "./until.ts";

const platform = await openPlatform();
const { database, rows } = platform;
await rows("create extension pg_cron with schema pg_catalog");

Deno.test.afterAll(async () => await platform[Symbol.asyncDispose]());

/** Says `call` as the owner of the project. */
async function say<T>(call: string, parameters: unknown[]): Promise<T> {
  const [row] = await database.asRole(
    "postgres",
    (sql) => sql.query<{ it: T }>(`select ${call} as it`, parameters),
  );
  if (row === undefined) throw new Error(`Cannot say ${call}`);
  return row.it;
}

const SCHEDULES = [
  "* * * * *",
  "*/5 0-6,22 1 jan-mar mon",
  "5-50/10 * * * *",
  "0 0 $ * *",
  "0 0 * * 7",
  "*/90 * * * *",
  "0 */24 */40 */13 */8",
  "5-10/60 * * * *",
  "0 0 * jan-feb/99 sun-sat/05",
  "0 0 1,$ * 5-7",
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

Deno.test("every schedule that is taken can be followed", async () => {
  for (const it of [...SCHEDULES, "1 seconds"]) {
    await say("cron.schedule($1, $1, 'select 1')", [it]);
  }
  const lines: string[] = [];

  await using _worker = await startCron(database, (line) => lines.push(line));

  deepStrictEqual(lines, []);
  // The last of them runs, so the worker has read them all.
  await until(async () =>
    (await rows(
      `select from cron.job_run_details join cron.job using (jobid)
       where schedule = '1 seconds'`,
    )).length > 0
  );
  await rows("delete from cron.job");
});

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
  "0 0 * nov-feb *",
  "0 0 * * fri-sun",
  "0 0 * * 6-mon",
  "5-5/0 * * * *",
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
