/**
 * The worker of `pg_cron`: runs jobs when they are due, as whoever scheduled
 * them. A job runs once at a time; a run that falls due before the last has
 * ended comes after it. Times are UTC, and what was missed while the stack was
 * down is not made up for: as with the real one.
 *
 * @module
 */
import { Cron } from "croner";
import type { Database } from "./database.ts";

/** A row of `cron.job`. */
interface Job {
  readonly id: number;
  readonly schedule: string;
  readonly command: string;
  readonly username: string;
}

/** Starts the worker. It begins no run once it is disposed of. */
export async function startCron(
  database: Database,
  log: (line: string) => void,
): Promise<AsyncDisposable> {
  const timers: Disposable[] = [];
  let reading = Promise.resolve();
  let isStopped = false;
  /** The last run of each job, which the next waits for. */
  const runs = new Map<number, Promise<void>>();

  const complain = (error: unknown) => log(String(error));

  function due(job: Job): void {
    const last = runs.get(job.id) ?? Promise.resolve();
    const next = last.then(async () => {
      if (isStopped) return;
      const failure = await run(database, job);
      if (failure !== undefined) log(`${job.command}: ${failure}`);
    }).catch(complain);
    runs.set(job.id, next);
  }

  async function read(): Promise<void> {
    const jobs = await readJobs(database);
    clear();
    if (isStopped) return;
    for (const job of jobs) {
      try {
        timers.push(every(job, () => due(job)));
      } catch (error) {
        // One that was written past cron.schedule must not stop the others.
        const reason = `ERROR: Cannot follow ${job.schedule}: ${error}`;
        log(`${job.command}: ${reason}`);
        await end(database, await begin(database, job), "failed", reason);
      }
    }
  }

  function clear(): void {
    for (const timer of timers.splice(0)) timer[Symbol.dispose]();
  }

  const onChange = () => reading = reading.then(read).catch(complain);
  await database.listen("cron_job", onChange);
  await settleInterrupted(database);
  await onChange();
  return {
    async [Symbol.asyncDispose]() {
      isStopped = true;
      clear();
      await reading;
      await Promise.all(runs.values());
    },
  };
}

const INTERVAL = /^\s*(\d+) seconds?\s*$/;

/** Calls `react` whenever `job` is due. */
function every({ schedule }: Job, react: () => void): Disposable {
  const [, seconds] = schedule.match(INTERVAL) ?? [];
  if (seconds !== undefined) {
    const timer = setInterval(react, Number(seconds) * 1000);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }
  const cron = new Cron(patternOf(schedule), { timezone: "UTC" }, react);
  return { [Symbol.dispose]: () => cron.stop() };
}

/** The longest step that the library takes in each field: to its first only. */
const MAX_STEPS = [60, 24, 31, 12, 7];

/**
 * What the library calls `schedule`: the last day of a month is L with it, and
 * a step that is longer than its range an error.
 */
function patternOf(schedule: string): string {
  return schedule.trim().split(/\s+/).map((field, at) =>
    field.replaceAll("$", "L").replace(
      /\/(\d+)/g,
      (_, step) => `/${Math.min(Number(step), MAX_STEPS[at] ?? Infinity)}`,
    )
  ).join(" ");
}

const EXISTS = "select to_regclass('cron.job') is not null as exists";

async function readJobs(database: Database): Promise<Job[]> {
  return await database.asOwner(async (sql) => {
    const [row] = await sql.query<{ exists: boolean }>(EXISTS);
    if (!row?.exists) return [];
    return await sql.query<Job>(
      `select jobid as id, schedule, command, username
       from cron.job where active order by jobid`,
    );
  });
}

/** Runs that were under way when an earlier stack ended. */
async function settleInterrupted(database: Database): Promise<void> {
  await database.asOwner(async (sql) => {
    const [row] = await sql.query<{ exists: boolean }>(EXISTS);
    if (!row?.exists) return;
    await sql.run(
      `update cron.job_run_details
       set status = 'failed', return_message = 'server restarted',
         end_time = now()
       where status = 'running'`,
    );
  });
}

/** Runs `job` once, and says why if it failed. */
async function run(database: Database, job: Job): Promise<string | undefined> {
  const id = await begin(database, job);
  const { status, message } = await attempt(database, job);
  await end(database, id, status, message);
  return status === "failed" ? message : undefined;
}

/** Records that a run begins, and returns its id. */
async function begin(database: Database, job: Job): Promise<number> {
  const [{ id } = { id: 0 }] = await database.asOwner((sql) =>
    sql.query<{ id: number }>(
      `insert into cron.job_run_details (jobid, job_pid, database, username,
         command, status, start_time)
       values ($1, pg_backend_pid(), current_database(), $2, $3, 'running',
         clock_timestamp()) returning runid as id`,
      [job.id, job.username, job.command],
    )
  );
  return id;
}

/** Records how a run has ended. */
async function end(
  database: Database,
  run: number,
  status: string,
  message: string,
): Promise<void> {
  await database.asOwner((sql) =>
    sql.query(
      `update cron.job_run_details set status = $2, return_message = $3,
         end_time = clock_timestamp() where runid = $1`,
      [run, status, message],
    )
  );
}

async function attempt(
  database: Database,
  { username, command }: Job,
): Promise<{ readonly status: string; readonly message: string }> {
  try {
    const rows = await database.asClient(username, command);
    const message = rows === 1 ? "1 row" : `${rows} rows`;
    return { status: "succeeded", message };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: "failed", message: `ERROR: ${reason}` };
  }
}
