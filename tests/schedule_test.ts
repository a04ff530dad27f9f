/**
 * From SQL to a function: what `portico.schedule()` installs, and what a nudge
 * sends.
 *
 * @module
 */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { MONITOR } from "../supabase/functions/sweep/policy.ts";
import { until } from "./until.ts";
import { startWorld } from "./world.ts";

const world = await startWorld({ cron: true });
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

/** Says `call` as the owner of the project. */
async function say<T>(call: string): Promise<T | undefined> {
  const [row] = await world.stack.database.asRole(
    "postgres",
    (sql) => sql.query<{ it: T }>(`select ${call} as it`),
  );
  return row?.it;
}

function jobs(): Promise<unknown[]> {
  return world.rows(
    "select jobname, schedule, command, username from cron.job order by 1",
  );
}

const ADMIN = {
  jobname: "portico-admin",
  schedule: "* * * * *",
  command: "select portico.nudge('admin-users/work') " +
    "where exists (select from portico.due_admin_work)",
  username: "postgres",
};

const IMAGES = {
  jobname: "portico-images",
  schedule: "* * * * *",
  command: "select portico.nudge('image-proxy/tend') " +
    "where exists (select from portico.due_images)",
  username: "postgres",
};

const INDEX = {
  jobname: "portico-index",
  schedule: "15 seconds",
  command: "select portico.nudge('vector-index') " +
    "where exists (select from portico.due_index)",
  username: "postgres",
};

// Which the database does itself.
const INDEX_BUILDS = {
  jobname: "portico-index-builds",
  schedule: "* * * * *",
  command: "select portico.build_indexes() " +
    "where exists (select from portico.due_index_builds)",
  username: "postgres",
};

const SWEEP = {
  jobname: MONITOR.slug,
  // When Sentry expects it.
  schedule: MONITOR.schedule,
  command: "select portico.nudge('sweep')",
  username: "postgres",
};

const UPLOADS = {
  jobname: "portico-uploads",
  schedule: "30 seconds",
  command: "select portico.nudge('signed-upload/settle') " +
    "where exists (select from portico.unsettled_uploads)",
  username: "postgres",
};

const ALL = [ADMIN, IMAGES, INDEX, INDEX_BUILDS, SWEEP, UPLOADS];

Deno.test("schedule() installs the jobs once, however often it is called", async () => {
  strictEqual(await say("portico.schedule()"), ALL.length);
  strictEqual(await say("portico.schedule()"), ALL.length);

  deepStrictEqual(await jobs(), ALL);
});

Deno.test("schedule() takes away what is no longer listed, and nothing else", async () => {
  await say("cron.schedule('mine', '0 3 * * *', 'select 1')");
  await say("cron.schedule('portico-old', '0 3 * * *', 'select 1')");
  const mine = {
    ...SWEEP,
    jobname: "mine",
    schedule: "0 3 * * *",
    command: "select 1",
  };

  await say("portico.schedule()");
  const scheduled = await jobs();
  const gone = await say("portico.unschedule()");
  const left = await jobs();
  await say("cron.unschedule('mine')");

  deepStrictEqual(scheduled, [mine, ...ALL]);
  strictEqual(gone, ALL.length);
  deepStrictEqual(left, [mine]);
});

for (const name of ["project_url", "webhook_secret"]) {
  Deno.test(`schedule() installs nothing without ${name}, and says so`, async () => {
    await rejects(
      world.stack.database.asRole("postgres", async (sql) => {
        await sql.query("delete from vault.secrets where name = $1", [name]);
        await sql.query("select portico.schedule()");
      }),
      new RegExp(`Cannot find the secret ${name} in Vault`),
    );

    deepStrictEqual(await jobs(), []);
  });
}

Deno.test("schedule() shows nothing of a secret that is none", async () => {
  await rejects(
    world.stack.database.asRole("postgres", async (sql) => {
      await sql.query(
        `select vault.update_secret(id, 'whsec_hunter2!')
         from vault.secrets where name = 'webhook_secret'`,
      );
      await sql.query("select portico.schedule()");
    }),
    (error) =>
      error instanceof Error &&
      /webhook_secret in Vault is not whsec_ and base64/.test(error.message) &&
      !error.message.includes("!"),
  );
});

Deno.test("a nudge holds no key and no data", async () => {
  const { keys, url } = world.stack;
  const [sent] = await world.stack.database.asRole("postgres", async (sql) => {
    await sql.query("select portico.nudge('sweep')");
    return await sql.query<Record<string, unknown>>(
      `select method, url, headers, convert_from(body, 'UTF8') as body
       from net.http_request_queue`,
    );
  });

  strictEqual(sent?.["url"], `${url}/functions/v1/sweep`);
  strictEqual(sent["method"], "POST");
  strictEqual(sent["body"], '{"function": "sweep"}');
  deepStrictEqual(Object.keys(sent["headers"] ?? {}).sort(), [
    "content-type",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
  ]);
  const text = JSON.stringify(sent);
  for (const key of [keys.secret, keys.publishable, keys.webhookSecret]) {
    strictEqual(text.includes(key.replace("whsec_", "")), false);
  }
});

for (const role of ["anon", "authenticated", "service_role"]) {
  Deno.test(`${role} can neither nudge nor schedule`, async () => {
    for (const call of ["nudge('sweep')", "schedule()", "unschedule()"]) {
      await rejects(
        world.stack.database.as(
          { role },
          (sql) => sql.query(`select portico.${call}`),
        ),
        /permission denied for schema portico/,
      );
    }
  });
}

Deno.test("a job nudges a function, which does its work", async () => {
  const { id } = await world.newPerson();
  await world.rows(
    `insert into portico.uploads (owner, bucket, path, at_bucket, at_path, type,
       bytes, expires_at)
     values ($1, 'photos', 'x', 'photos', 'x', 'image/png', 1, now())`,
    [id],
  );
  await world.rows("update portico.jobs set schedule = '1 seconds'");

  await say("portico.schedule()");
  await until(async () => {
    const left = await world.rows("select from portico.uploads");
    return left.length === 0;
  });
  await say("portico.unschedule()");

  const [answer] = await until(async () => {
    const answers = await world.rows<{ status: number }>(
      "select status_code as status from net._http_response order by id",
    );
    return answers.length > 0 && answers;
  });
  strictEqual(answer?.status, 202);
});
