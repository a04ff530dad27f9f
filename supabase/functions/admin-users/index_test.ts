import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { problem } from "../_shared/problem.ts";
import { assertProblem } from "../_shared/testing/assert.ts";
import { testConfig } from "../_shared/testing/config.ts";
import type { Person } from "./answers.ts";
import adminUsers, { type Ports } from "./index.ts";
import type { Act, End } from "./ledger.ts";

const ID = "7f3c0b1e-0000-4000-8000-000000000001";
const NEVER = () => Promise.reject(new Error("Not asked for"));
const LEFT = { remaining: 59, resetS: 0 };

/** An outside that writes down what it is told, and where Auth fails with this. */
function outside(failure?: Error) {
  const said: unknown[] = [];
  const act = (name: string) => () => {
    said.push(name);
    return failure ? Promise.reject(failure) : Promise.resolve();
  };
  const ports: Ports = {
    directory: {
      ...{ admit: NEVER, list: NEVER, show: NEVER },
      ...{ removal: NEVER, audit: NEVER },
    },
    clients: {
      ...{ list: NEVER, get: NEVER, create: NEVER },
      ...{ update: NEVER, remove: NEVER, regenerateSecret: NEVER },
    },
    belongings: { remove: NEVER },
    canNotify: false,
    jobs: {
      ...{ open: NEVER, show: NEVER, claim: NEVER },
      ...{ settle: NEVER, stop: NEVER, rest: NEVER },
    },
    shift() {
      throw new Error("Not asked for");
    },
    log() {},
    ledger: {
      begin({ plan: { action, target } }: Act) {
        said.push({ action, target });
        const person: Person | null = null;
        const begun = { outcome: "begun", intent: 7, person } as const;
        return Promise.resolve({ ...begun, left: LEFT });
      },
      end(intent: number, { result, detail }: End) {
        said.push({ intent, result, ...detail && { detail } });
        return Promise.resolve({ sessions: 2, handed: 0, person: null });
      },
    },
    accounts: {
      create: act("create"),
      invite: () => act("invite")().then(() => ID),
      change: act("change"),
      unban: act("unban"),
      remove: act("remove"),
      link: NEVER,
      removeFactor: act("removeFactor"),
      passkeys: NEVER,
      removePasskey: act("removePasskey"),
    },
  };
  return { ports, said };
}

function ask(ports: Ports, body: unknown): Promise<Response> {
  const { fetch } = adminUsers.within(testConfig("http://127.0.0.1:9"), ports);
  return fetch(
    new Request("http://localhost/admin-users", {
      method: "POST",
      headers: {
        apikey: "sb_secret_test",
        "content-type": "application/json",
      },
      body: JSON.stringify(body),
    }),
  );
}

const BAN = { action: "ban", id: ID, days: 1 };

Deno.test("admin-users writes down an act before and after it", async () => {
  const { ports, said } = outside();

  const response = await ask(ports, BAN);

  const { tokensEndBy: _, ...body } = await response.json();
  deepStrictEqual(body, { user: null, sessionsEnded: 2 });
  strictEqual(response.headers.get("cache-control"), "no-store");
  deepStrictEqual(said, [
    { action: "ban", target: ID },
    "change",
    { intent: 7, result: "done" },
  ]);
});

Deno.test("admin-users writes down what Auth refuses", async () => {
  const refused = problem(404, "User not found")("There is no such user");
  const { ports, said } = outside(refused);

  const response = await ask(ports, BAN);

  await assertProblem(response, { status: 404, title: "User not found" });
  deepStrictEqual(said.at(-1), {
    intent: 7,
    result: "refused",
    detail: "user_not_found",
  });
});

Deno.test("admin-users leaves to sweep what nobody knows the end of", async () => {
  const away = problem(502, "Auth unavailable")("Auth has not answered");
  const { ports, said } = outside(away);

  const response = await ask(ports, BAN);

  await assertProblem(response, { status: 502, title: "Auth unavailable" });
  deepStrictEqual(said.at(-1), "change");
});

Deno.test("admin-users gives no account away while nobody would be told", async () => {
  const { ports, said } = outside();

  for (
    const act of [
      { action: "update", id: ID, password: "correct horse" },
      { action: "update", id: ID, email: "a@example.com" },
      { action: "link", id: ID, type: "recovery" },
      { action: "deleteFactor", id: ID, factorId: ID },
      { action: "deletePasskey", id: ID, passkeyId: ID },
    ]
  ) {
    const response = await ask(ports, act);
    const title = "Notices not configured";
    await assertProblem(response, { status: 501, title });
  }

  deepStrictEqual(said, []);
});
