/**
 * `sweep` against a whole stack. What must not go is counted every time.
 *
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import { behindGateway } from "./contracts/contract.ts";
import { contract } from "./contracts/sweep.ts";
import * as sweeps from "./contracts/sweeps.ts";
import { upload } from "./contracts/uploads.ts";
import { childrenOf } from "./processes.ts";
import { until } from "./until.ts";
import { startWorld, tokenOf } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const { keys } = world.stack;
const person = await world.newPerson();

const place = behindGateway(world, "sweep");
const { signed } = sweeps;
const fill = (wanted: sweeps.Uploads) => sweeps.fill(world, person.id, wanted);
const uploads = () => sweeps.uploads(world);

function ask(
  body: unknown,
  headers?: Readonly<Record<string, string>>,
): Promise<Response> {
  return sweeps.ask(place, body, headers);
}

for (const { name, run } of contract.clauses) {
  Deno.test(name, () => run(place));
}

/** What a run makes of the task `uploads`. */
async function sweepUploads(more: object = {}): Promise<sweeps.Result> {
  const response = await ask({ tasks: ["uploads"], ...more });
  const { tasks: [result] } = await response.json();
  return result;
}

/** Makes the last run of `uploads` as long ago as `interval` says. */
async function lastRan(interval: string): Promise<void> {
  await world.rows(
    `update portico.tasks set holder = null, allowed = 0, outcome = 'done',
       looked_at = now() - $1::interval, ended_at = now() - $1::interval
     where name = 'uploads'`,
    [interval],
  );
}

const STRANGERS: Readonly<Record<string, () => Promise<HeadersInit>>> = {
  "nobody": () => Promise.resolve({}),
  "a publishable key": () => Promise.resolve({ apikey: keys.publishable }),
  "a wrong secret key": () => Promise.resolve({ apikey: "sb_secret_wrong" }),
  "a secret key where tokens go": () =>
    Promise.resolve({ authorization: `Bearer ${keys.secret}` }),
  "a user": async () => ({ authorization: `Bearer ${await tokenOf(person)}` }),
  "a signature of another secret": () =>
    Promise.resolve(signed(`whsec_${btoa("another secret of theirs")}`)),
  "a signature of another body": () =>
    Promise.resolve(signed(keys.webhookSecret, { body: '{"confirm":true}' })),
};

for (const [who, headersOf] of Object.entries(STRANGERS)) {
  Deno.test(`C1 sweep does nothing for ${who}`, async () => {
    await fill({ due: 3, live: 2 });

    const headers = Object.fromEntries(new Headers(await headersOf()));
    const response = await ask({}, headers);

    const title = "webhook-id" in headers
      ? "Webhook signature not valid"
      : "Unauthenticated";
    await assertProblem(response, { status: 401, title });
    deepStrictEqual(await uploads(), { due: 3, live: 2 });
  });
}

Deno.test("sweep removes rate limits that nobody has used for a day", async () => {
  await world.rows(
    `insert into portico.rate_limits
     select 'x', age, 1, true, now() - age::interval
     from unnest(array['23 hours', '25 hours', '9 days']) as age`,
  );

  const response = await ask({ tasks: ["rate_limits"] });

  strictEqual((await response.json()).tasks[0].removed, 2);
  deepStrictEqual(
    await world.rows(
      "select subject from portico.rate_limits where name = 'x'",
    ),
    [{ subject: "23 hours" }],
  );
});

Deno.test("sweep removes runs of our own jobs after a week", async () => {
  await world.rows(
    `insert into cron.job_run_details (username, command, status, end_time)
     select 'postgres', command, 'succeeded', now() - age::interval
     from unnest(array['select portico.nudge(''sweep'')', 'select mine()'])
       as command, unnest(array['6 days', '8 days']) as age`,
  );

  const response = await ask({ tasks: ["job_runs"] });

  strictEqual((await response.json()).tasks[0].removed, 1);
  const [row] = await world.rows<{ n: number }>(
    "select count(*)::int as n from cron.job_run_details",
  );
  strictEqual(row?.n, 3);
});

Deno.test("C2 a second run leaves a task to the first", async () => {
  await fill({ due: 3, live: 0 });
  const run = crypto.randomUUID();
  await world.rows("select portico_api.begin_sweep($1, now())", [run]);

  const second = await sweepUploads();

  strictEqual(second.outcome, "held");
  deepStrictEqual(await uploads(), { due: 3, live: 0 });
  const [row] = await world.rows<{ batch: unknown }>(
    "select portico_api.sweep_batch('uploads', $1, 10) as batch",
    [run],
  );
  deepStrictEqual(row?.batch, {
    outcome: "swept",
    removed: 3,
    failed: 0,
    more: false,
  });
});

Deno.test("C2 a run that was taken for dead does nothing more", async () => {
  await fill({ due: 3, live: 0 });
  const run = crypto.randomUUID();
  await world.rows("select portico_api.begin_sweep($1, now())", [run]);
  await world.rows(
    "update portico.tasks set beat_at = beat_at - interval '61 seconds'",
  );

  strictEqual((await sweepUploads()).outcome, "done");
  await fill({ due: 2, live: 0 });
  const [row] = await world.rows<{ batch: unknown }>(
    "select portico_api.sweep_batch('uploads', $1, 10) as batch",
    [run],
  );

  deepStrictEqual(row?.batch, { outcome: "lost" });
  deepStrictEqual(await uploads(), { due: 2, live: 0 });
});

Deno.test("C3 what a killed run has left is the next one's", async () => {
  await sweepUploads(); // the process is there
  await fill({ due: 20_000, live: 10 });
  await lastRan("1 day");
  const processes = await childrenOf(Deno.pid);
  const interrupted = sweepUploads().catch((error) => String(error));

  const { due } = await until(async () => {
    const now = await uploads();
    return now.due < 20_000 && now;
  });
  for (const pid of processes) Deno.kill(pid, "SIGKILL");
  await interrupted;

  strictEqual(processes.length, 1);
  strictEqual(due > 0, true, "It was killed in the middle");
  const left = (await uploads()).due;
  strictEqual(left % 1000, 0, "Only whole batches are gone");
  strictEqual((await sweepUploads()).outcome, "held");
  await world.rows(
    `update portico.tasks set beat_at = beat_at - interval '61 seconds'
     where name = 'uploads'`,
  );
  const result = await sweepUploads();
  deepStrictEqual([result.outcome, result.removed], ["done", left]);
  deepStrictEqual(await uploads(), { due: 0, live: 10 });
});

Deno.test("C5 a row that cannot go is set aside, and the others go", async () => {
  await fill({ due: 5, live: 1 });
  await world.rows(
    `create function public.poison() returns trigger language plpgsql as $$
     begin raise exception 'Not this one'; end $$`,
  );
  await world.rows(
    `create trigger poison before delete on portico.uploads for each row
     when (old.path = '3') execute function public.poison()`,
  );
  const failures = () =>
    world.rows(
      `select attempts, error, retry_at > now() as later
       from portico.task_failures where task = 'uploads'`,
    );

  const first = await sweepUploads();
  const second = await sweepUploads();
  const early = await failures();
  await world.rows("update portico.task_failures set retry_at = now()");
  const third = await sweepUploads();
  const late = await failures();
  await world.rows("drop function public.poison cascade");
  await world.rows("update portico.task_failures set retry_at = now()");
  await world.rows("select 1"); // another instant
  const healed = await sweepUploads();

  deepStrictEqual([first.removed, first.failed], [4, 1]);
  deepStrictEqual([second.removed, second.failed], [0, 0]);
  deepStrictEqual(early, [{ attempts: 1, error: "Not this one", later: true }]);
  deepStrictEqual([third.removed, third.failed], [0, 1]);
  deepStrictEqual(late, [{ attempts: 2, error: "Not this one", later: true }]);
  deepStrictEqual([healed.removed, healed.failed], [1, 0]);
  deepStrictEqual(await failures(), []);
  deepStrictEqual(await uploads(), { due: 0, live: 1 });
});

for (const minutes of [-10, 10]) {
  Deno.test(`C6 nothing goes when the clocks are ${minutes} minutes apart`, async () => {
    await fill({ due: 3, live: 3 });

    const [row] = await world.rows<{ answer: Record<string, unknown> }>(
      `select portico_api.begin_sweep(
         gen_random_uuid(), now() + $1 * interval '1 minute'
       ) as answer`,
      [minutes],
    );

    strictEqual(row?.answer["outcome"], "clocks differ");
    strictEqual(Math.round(Number(row.answer["seconds"])), -60 * minutes);
    deepStrictEqual(await uploads(), { due: 3, live: 3 });
    strictEqual((await sweepUploads()).outcome, "done");
  });

  Deno.test(`C6 a nudge from a clock that is ${minutes} minutes off is refused`, async () => {
    await fill({ due: 3, live: 3 });

    const at = Date.now() + minutes * 60_000;
    const response = await ask(
      sweeps.NUDGE,
      signed(keys.webhookSecret, { at }),
    );

    const title = "Webhook signature not valid";
    await assertProblem(response, { status: 401, title });
    deepStrictEqual(await uploads(), { due: 3, live: 3 });
  });
}

Deno.test("C6 a run that would remove too much stops, says so, and can be confirmed", async () => {
  await fill({ due: 1_200, live: 1_000 });
  await lastRan("5 minutes");

  const capped = await sweepUploads();
  const kept = await uploads();
  const confirmed = await sweepUploads({ confirm: true });

  deepStrictEqual(capped, {
    task: "uploads",
    outcome: "capped",
    removed: 0,
    failed: 0,
    remaining: 1_200,
  });
  deepStrictEqual(kept, { due: 1_200, live: 1_000 });
  strictEqual(
    world.lines.some((line) => line.includes("1200 of 2200 rows would go")),
    true,
  );
  strictEqual(confirmed.removed, 1_200);
  deepStrictEqual(await uploads(), { due: 0, live: 1_000 });
});

Deno.test("C6 a run that was stopped stays stopped, however often it is tried", async () => {
  await fill({ due: 1_200, live: 1_000 });
  await lastRan("5 minutes");

  for (let n = 0; n < 13; n++) {
    strictEqual((await sweepUploads()).outcome, "capped");
    await world.rows(
      "update portico.tasks set looked_at = looked_at - interval '5 minutes'",
    );
  }
  await world.rows(
    "update portico.tasks set looked_at = looked_at - interval '2 hours'",
  );

  strictEqual((await sweepUploads()).outcome, "capped");
  deepStrictEqual(await uploads(), { due: 1_200, live: 1_000 });
});

Deno.test("C6 what was confirmed may go in several runs", async () => {
  await fill({ due: 3_000, live: 100 });
  await lastRan("5 minutes");
  const run = crypto.randomUUID();
  await world.rows("select portico_api.begin_sweep($1, now(), null, true)", [
    run,
  ]);
  await world.rows("select portico_api.sweep_batch('uploads', $1, 1000)", [
    run,
  ]);
  for (const task of ["uploads", "rate_limits", "job_runs", "links"]) {
    await world.rows("select portico_api.end_sweep($1, $2, 'more')", [
      task,
      run,
    ]);
  }

  const next = await sweepUploads();

  deepStrictEqual([next.outcome, next.removed], ["done", 2_000]);
});

Deno.test("C6 a run removes no more than was due when it began", async () => {
  await fill({ due: 10, live: 5_000 });
  await lastRan("5 minutes");
  const run = crypto.randomUUID();
  await world.rows(
    "select portico_api.begin_sweep($1, now(), array['uploads'])",
    [run],
  );
  await world.rows("update portico.uploads set expires_at = now()");

  const removed: number[] = [];
  for (let n = 0; n < 3; n++) {
    const [row] = await world.rows<{ batch: { removed: number } }>(
      "select portico_api.sweep_batch('uploads', $1, 1000) as batch",
      [run],
    );
    removed.push(row?.batch.removed ?? NaN);
  }
  await world.rows("select portico_api.end_sweep('uploads', $1, 'more')", [
    run,
  ]);

  deepStrictEqual(removed, [10, 0, 0]);
  strictEqual((await sweepUploads()).outcome, "capped");
});

Deno.test("C5 a task whose view is gone leaves the others to be done", async () => {
  await fill({ due: 2, live: 0 });
  await world.rows(
    `insert into portico.tasks (name, target) values ('gone', 'public.gone')`,
  );

  const { tasks } = await (await ask({})).json();
  await world.rows("delete from portico.tasks where name = 'gone'");

  deepStrictEqual(
    tasks.map(({ task, outcome }: sweeps.Result) => [task, outcome]),
    [
      ["admin_jobs", "done"],
      ["audit", "done"],
      ["embeddings", "done"],
      ["gone", "broken"],
      ["image_changes", "done"],
      ["intents", "done"],
      ["job_runs", "done"],
      ["links", "done"],
      ["metric_history", "done"],
      ["rate_limits", "done"],
      ["uploads", "done"],
      ["variant_uses", "done"],
    ],
  );
  deepStrictEqual(await uploads(), { due: 0, live: 0 });
});

Deno.test("C5 a row that stays without an error is set aside, too", async () => {
  await fill({ due: 5, live: 0 });
  await world.rows(
    `create function public.keep() returns trigger language plpgsql as $$
     begin return null; end $$`,
  );
  await world.rows(
    `create trigger keep before delete on portico.uploads for each row
     when (old.path = '3') execute function public.keep()`,
  );

  const result = await sweepUploads();
  await world.rows("drop function public.keep cascade");
  const aside = await world.rows(
    "delete from portico.task_failures returning error",
  );

  deepStrictEqual([result.removed, result.failed], [4, 1]);
  deepStrictEqual(aside, [{ error: "The row is still there" }]);
});

Deno.test("C1 a nudge for another function is none for this one", async () => {
  await fill({ due: 3, live: 0 });

  for (
    const body of [
      { function: "vector-index" },
      { function: "sweep", confirm: true },
      {},
    ]
  ) {
    const text = JSON.stringify(body);
    const response = await ask(
      body,
      signed(keys.webhookSecret, { body: text }),
    );

    const title = "Webhook signature not valid";
    await assertProblem(response, { status: 401, title });
  }
  deepStrictEqual(await uploads(), { due: 3, live: 0 });
});

Deno.test("C6 a run that comes a day late catches up", async () => {
  await fill({ due: 1_200, live: 1_000 });
  await lastRan("1 day");

  strictEqual((await sweepUploads()).removed, 1_200);
  deepStrictEqual(await uploads(), { due: 0, live: 1_000 });
});

Deno.test("C6 a clock that is set back does not keep a task held", async () => {
  await fill({ due: 2, live: 0 });
  await world.rows(
    `update portico.tasks
     set holder = gen_random_uuid(), beat_at = now() + interval '1 day'
     where name = 'uploads'`,
  );

  strictEqual((await sweepUploads()).outcome, "done");
});

Deno.test("C7 an upload that may still come is kept, and what has come as well", async () => {
  const { client, id } = person;
  await fill({ due: 1, live: 1 });
  const signedUpload = behindGateway(world, "signed-upload");
  await upload(signedUpload, await tokenOf(person), "1");
  await world.rows(
    "update portico.uploads set expires_at = now() - '1 h'::interval where state = 'verified'",
  );

  await sweepUploads();

  deepStrictEqual(await uploads(), { due: 1, live: 1 }); // due, but arrived
  const { data } = await client.storage.from("photos").list(id);
  deepStrictEqual(data?.map(({ name }) => name), ["1"]);
  strictEqual(await world.files(), 1);
});

Deno.test("sweep tells once a day of what was given up and nobody has looked at", async () => {
  const told = () =>
    world.lines.filter((line) => line.includes("dead letters in the queue"));
  await world.rows(
    `insert into portico.notices (intent, due_at)
     values (-1, now() - interval '25 hours'), (-2, now() - interval '2 days'),
       (-3, now())`,
  );
  await world.rows(
    `insert into portico.task_failures (task, key, attempts, error, retry_at)
     values ('uploads', 'a', 11, 'It is stuck', now() + interval '1 hour'),
       ('links', 'b', 3, 'It may come right', now() + interval '1 hour')`,
  );

  await ask({ tasks: ["rate_limits"] });
  await until(() => Promise.resolve(told().length >= 2));
  await ask({ tasks: ["rate_limits"] });
  await ask({ tasks: ["rate_limits"] });

  const [stuck = "", notices = "", ...more] = told().toSorted();
  match(
    notices,
    /There are 2 dead letters in the queue \\"notices\\", since 20/,
  );
  match(stuck, /There are 1 dead letters in the queue \\"sweep uploads\\"/);
  match(stuck, /since long ago: It is stuck/);
  deepStrictEqual(more, []);

  await world.rows(
    "update portico.letters_told set told_at = now() - interval '25 hours'",
  );
  await ask({ tasks: ["rate_limits"] });
  await until(() => Promise.resolve(told().length === 4));
  await world.rows("delete from portico.notices where intent < 0");
  await world.rows("delete from portico.task_failures");
});
