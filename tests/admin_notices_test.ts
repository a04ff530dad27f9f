/**
 * How `admin-users` has people told what was done to their accounts, when whoever
 * sends mails is there, and when not.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { testConfig } from "../supabase/functions/_shared/testing/config.ts";
import { serve } from "../supabase/functions/_shared/testing/server.ts";
import { webhook } from "../supabase/functions/_shared/webhook.ts";
import adminUsers from "../supabase/functions/admin-users/index.ts";
import { hire, type Member } from "./admin/office.ts";
import { signed } from "./contracts/sweeps.ts";
import { until } from "./until.ts";
import { startWorld } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

const admin = await hire(world, "admin");

/** What has arrived at who sends mails. */
interface Delivery {
  readonly id: string | null;
  readonly isSigned: boolean;
  readonly body: { readonly data: { readonly email: string } };
}

/** Somebody who sends mails, and first answers with `failures`. */
function startSender(failures: (Response | "hang up")[]) {
  const deliveries: Delivery[] = [];
  const config = testConfig(world.stack.url, {
    WEBHOOK_SECRET: world.stack.keys.webhookSecret,
  });
  const server = serve(async (request) => {
    const body = await request.bytes();
    const delivery = await webhook({ request, body }, config)
      .catch(() => undefined);
    deliveries.push({
      id: request.headers.get("webhook-id"),
      isSigned: delivery !== undefined,
      body: JSON.parse(new TextDecoder().decode(body)),
    });
    const failure = failures.shift();
    if (failure === "hang up") throw new Error("Hung up");
    return failure ?? new Response(null, { status: 202 });
  });
  return { ...server, url: server.url, deliveries };
}

/** A run of the function, which finds who sends mails at `url`. */
async function run(url: string): Promise<void> {
  const { stack } = world;
  const config = testConfig(stack.url, {
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.keys.secret }),
    WEBHOOK_SECRET: stack.keys.webhookSecret,
    NOTICE_URL: url,
  });
  const body = JSON.stringify({ function: "admin-users/work" });
  const response = await adminUsers.within(config).fetch(
    new Request("http://localhost/admin-users/work", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...signed(stack.keys.webhookSecret, { body }),
      },
      body,
    }),
  );
  strictEqual(response.status, 202);
}

interface Row {
  readonly attempts: number;
  /** In minutes from now. */
  readonly wait: number;
}

/** The notice about somebody that nobody has taken yet. */
async function noticeOf({ id }: Pick<Member, "id">): Promise<Row | undefined> {
  const [row] = await world.rows<Row>(
    `select attempts, extract(epoch from due_at - now())::float8 / 60 as wait
     from portico.notices join portico.audit on n = notices.intent
     where target = $1`,
    [id],
  );
  return row;
}

/** Somebody whose account has just been given away. */
async function victim(): Promise<Member> {
  const person = await hire(world, null, { hasSecondFactor: false });
  const password = crypto.randomUUID();
  const response = await admin.ask({
    action: "update",
    id: person.id,
    password,
  });
  strictEqual(response.status, 200);
  await response.body?.cancel();
  return person;
}

Deno.test("a notice is signed, and says what was done to whom", async () => {
  await using sender = startSender([]);
  const person = await victim();

  await run(sender.url);
  await until(async () => await noticeOf(person) === undefined);

  strictEqual(sender.deliveries.length, 1);
  const [{ isSigned, body } = { isSigned: false, body: undefined }] =
    sender.deliveries;
  ok(isSigned);
  const { timestamp, ...rest } = body as unknown as { timestamp: string };
  ok(Math.abs(Date.now() - Date.parse(timestamp)) < 60_000);
  deepStrictEqual(rest, {
    type: "account.changed",
    data: {
      id: person.id,
      email: person.email,
      action: "update",
      fields: ["password"],
    },
  });
});

const FAILURES: [why: string, failure: () => Response | "hang up"][] = [
  ["fails", () => new Response(null, { status: 500 })],
  ["hangs up", () => "hang up"],
  [
    "sends us elsewhere",
    () => new Response(null, { status: 302, headers: { location: "/" } }),
  ],
];

for (const [why, failure] of FAILURES) {
  Deno.test(`a notice waits for a sender that ${why}, under the same id`, async () => {
    await using sender = startSender([failure()]);
    const person = await victim();

    await run(sender.url);
    await until(() => Promise.resolve(sender.deliveries.length === 1));
    const waiting = await until(async () => {
      const row = await noticeOf(person);
      return row !== undefined && row.attempts === 1 ? row : undefined;
    });
    await run(sender.url);
    await world.rows("update portico.notices set due_at = now()");
    await run(sender.url);
    await until(async () => await noticeOf(person) === undefined);

    ok(waiting.wait > 0.5 && waiting.wait <= 1, `${waiting.wait} minutes`);
    strictEqual(sender.deliveries.length, 2);
    strictEqual(sender.deliveries[1]?.id, sender.deliveries[0]?.id);
  });
}

Deno.test("a notice that nobody takes is given up, and one of who is erased", async () => {
  await using sender = startSender([]);
  const tired = await victim();
  const erased = await victim();
  await world.rows(
    `update portico.notices set attempts = 10
     where intent in (select n from portico.audit where target = $1)`,
    [tired.id],
  );
  await world.rows("delete from portico.audit_people where email = $1", [
    erased.email,
  ]);

  await run(sender.url);
  await until(async () =>
    (await world.rows("select from portico.notices")).length === 0
  );

  deepStrictEqual(sender.deliveries, []);
});
