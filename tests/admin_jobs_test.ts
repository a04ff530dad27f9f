/**
 * Acts of `admin-users` on many accounts: how they are worked on, and what is
 * left when that is cut off.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import { BULK } from "../supabase/functions/admin-users/policy.ts";
import {
  accountOf,
  askAsServer,
  hire,
  type Member,
  nudgeWork,
  promote,
  writtenOf,
} from "./admin/office.ts";
import { signed } from "./contracts/sweeps.ts";
import { until } from "./until.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const admin = await hire(world, "admin");

async function told(response: Response, status = 200) {
  const text = await response.text();
  strictEqual(response.status, status, text);
  return JSON.parse(text);
}

/** As many people, whom nobody knows. */
async function crowd(count: number): Promise<string[]> {
  const rows = await world.rows<{ id: string }>(
    `insert into auth.users (id, aud, role, email, created_at, updated_at)
     select id, 'authenticated', 'authenticated', id || '@crowd.example',
       now(), now()
     from (select gen_random_uuid() as id from generate_series(1, $1)) as it
     returning id`,
    [count],
  );
  return rows.map(({ id }) => id);
}

async function jobOf(id: string, who: Member = admin) {
  return (await told(await who.ask({ action: "job", id }))).job;
}

/** The job, once it has come to its end, by as many runs as that takes. */
async function ended(id: string) {
  return await until(async () => {
    await nudgeWork(world);
    const job = await jobOf(id, admin);
    return job.endedAt === null ? undefined : job;
  });
}

async function banned(ids: readonly string[]): Promise<number> {
  const [row] = await world.rows<{ count: number }>(
    `select count(*)::int as count from auth.users
     where id = any ($1) and banned_until > now()`,
    [ids],
  );
  return row?.count ?? 0;
}

Deno.test("bulk does to each account what it says, and says what came of it", async () => {
  const owner = await hire(world, "owner");
  const people = await crowd(BULK.inRun + 20);
  const nobody = crypto.randomUUID();
  const ids = [...people, owner.id, nobody];

  const opened = await told(
    await admin.ask({
      action: "bulk",
      each: { action: "ban", days: 7 },
      ids,
      reason: "a wave of spam",
    }),
    202,
  );
  const job = await ended(opened.job.id);

  deepStrictEqual([opened.job.total, opened.job.done], [ids.length, 0]);
  deepStrictEqual([job.done, job.refused, job.failed], [people.length, 2, 0]);
  strictEqual(job.stopped, null);
  deepStrictEqual(job.notDone, [
    { id: owner.id, outcome: "refused", detail: "out_of_reach" },
    { id: nobody, outcome: "refused", detail: "user_not_found" },
  ]);
  strictEqual(await banned(people), people.length);
  strictEqual(await banned([owner.id]), 0);
  const [first = ""] = people;
  const written = await writtenOf(world, first);
  deepStrictEqual(
    written.map(({ action, actor, result, reason, request }) => {
      return { action, actor, result, reason, request };
    }),
    [{
      action: "ban",
      actor: admin.id,
      result: "done",
      reason: "a wave of spam",
      request: job.id,
    }],
  );
});

Deno.test("a job that is opened again with its key is the same", async () => {
  const ids = await crowd(3);
  const headers = { "idempotency-key": crypto.randomUUID() };
  const body = { action: "bulk", each: { action: "signOut" }, ids };

  const first = await told(await admin.ask(body, headers), 202);
  const second = await told(await admin.ask(body, headers), 202);
  const other = await admin.ask({ ...body, ids: ids.slice(1) }, headers);

  strictEqual(second.job.id, first.job.id);
  await assertProblem(other, { status: 422, title: "Idempotency key reused" });
  const jobs = await world.rows(
    "select from portico.admin_job_items where target = $1",
    [ids[0]],
  );
  strictEqual(jobs.length, 1);
  await ended(first.job.id);
});

Deno.test("a job ends when who asked for it may not act any more", async () => {
  const former = await hire(world, "admin");
  const ids = await crowd(5);
  const opened = await told(
    await former.ask({
      action: "bulk",
      each: { action: "delete", mode: "hard" },
      ids,
    }),
    202,
  );
  await promote(world, former.id, "support");

  const job = await ended(opened.job.id);

  deepStrictEqual([job.done, job.stopped], [0, "role_changed"]);
  for (const id of ids) ok(await accountOf(world, id) !== undefined);
});

Deno.test("what a killed run has done is not done again, and the rest is", async () => {
  const ids = await crowd(6);
  const opened = await told(
    await askAsServer(world, {
      action: "bulk",
      each: { action: "delete", mode: "hard" },
      ids,
    }),
    202,
  );
  const { id } = opened.job;
  // Killed after it has deleted one, and before it could say so; and in the
  // middle of another, where nobody knows.
  const service = world.service().schema("portico_api");
  const { data } = await service.rpc("claim_admin_items", { size: 2 });
  const begin = (target: string) =>
    service.rpc("begin_admin", {
      actor: { key: "default", role: "admin" },
      act: {
        ...{ action: "delete", request: id, fields: ["gone"], target },
        ...{ is_account: true, roles: [], targets: [""], not_self: true },
        ...{ ends_role: true, top: "owner", effect: { user: "gone" } },
        ...{ once: null, rate: { name: "x", capacity: 9, window_s: 9 } },
      },
    });
  const [done, open] = data.items.map((it: { target: string }) => it.target);
  const begun = await begin(done);
  await world.service().auth.admin.deleteUser(done);
  await service.rpc("end_admin", {
    intent: begun.data.intent,
    result: "done",
  });
  await begin(open);
  await world.rows("update portico.admin_job_items set due_at = now()");

  await nudgeWork(world);
  const before = await until(async () => {
    const { job } = await told(
      await askAsServer(world, { action: "job", id }),
    );
    return job.done === 5 ? job : undefined;
  });
  await world.rows(
    "update portico.open_intents set at = at - interval '4 minutes'",
  );
  await world.rows(`select portico.settle(n) from portico.open_intents`);
  const job = await ended(id);

  strictEqual(before.endedAt, null);
  deepStrictEqual([job.done, job.refused, job.failed], [6, 0, 0]);
  for (const it of ids) {
    strictEqual(await accountOf(world, it), undefined);
    const results = (await writtenOf(world, it)).map(({ result }) => result);
    strictEqual(results.filter((it) => it === "done").length, 1);
    strictEqual(results.length, it === open ? 2 : 1);
  }
});

Deno.test("two runs at once do nothing twice", async () => {
  const ids = await crowd(40);
  const { job } = await told(
    await askAsServer(world, {
      action: "bulk",
      each: { action: "ban", days: 1 },
      ids,
    }),
    202,
  );

  await Promise.all([nudgeWork(world), nudgeWork(world), nudgeWork(world)]);
  await ended(job.id);

  for (const id of ids) strictEqual((await writtenOf(world, id)).length, 1);
});

Deno.test("bulk takes what can be done to many, by who may do it", async () => {
  const support = await hire(world, "support");
  const plain = await hire(world, "admin", { hasSecondFactor: false });
  const [id = ""] = await crowd(1);
  const ids = [id];
  const wrong = [
    { each: { action: "ban", days: 1 }, ids: [] },
    { each: { action: "ban", days: 1 }, ids: [id, id] },
    { each: { action: "ban", days: 1 }, ids: Array(1001).fill(id) },
    { each: { action: "ban" }, ids },
    { each: { action: "update" }, ids },
    { each: { action: "update", password: "correct horse" }, ids },
    { each: { action: "update", email: "a@example.com" }, ids },
    { each: { action: "link", type: "recovery" }, ids },
    { each: { action: "ban", days: 1, id }, ids },
  ];

  for (const it of wrong) {
    const response = await admin.ask({ action: "bulk", ...it });
    await assertProblem(response, { status: 422, title: "Invalid input" });
  }
  const act = { action: "bulk", each: { action: "delete", mode: "hard" }, ids };
  await assertProblem(await support.ask(act), {
    status: 403,
    title: "Forbidden",
  });
  await assertProblem(await plain.ask(act), {
    status: 403,
    title: "Second factor needed",
  });
  const none = await admin.ask({ action: "job", id: crypto.randomUUID() });
  await assertProblem(none, { status: 404, title: "Job not found" });
  const items = await world.rows(
    "select from portico.admin_job_items where target = $1",
    [id],
  );
  deepStrictEqual(items, []);
});

Deno.test("nobody but cron sets runs going", async () => {
  const url = `${world.stack.url}/functions/v1/admin-users/work`;
  const body = JSON.stringify({ function: "sweep" });
  const headers: Record<string, string>[] = [
    { apikey: world.stack.keys.secret },
    signed(world.stack.keys.webhookSecret, { body }),
  ];

  for (const it of headers) {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...it },
      body,
    });
    strictEqual(response.status, 401);
    await response.body?.cancel();
  }
});
