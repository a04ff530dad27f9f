import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import * as v from "valibot";
import { testConfig } from "../_shared/testing/config.ts";
import { delivery, hook } from "./hook.ts";

const SECRET = "a-secret-that-nobody-guesses";
const CONFIG = testConfig("http://127.0.0.1:9", {
  WEBHOOK_HEADER_SECRET: SECRET,
});

function message(headers: Readonly<Record<string, string>>) {
  const request = new Request("http://x/f", { method: "POST", headers });
  return { request, body: new Uint8Array() };
}

Deno.test("hook() takes a call that carries the secret", async () => {
  const caller = await hook(message({ "x-webhook-secret": SECRET }), CONFIG);

  deepStrictEqual(caller, { kind: "hook" });
});

Deno.test("hook() is nobody's without the header", async () => {
  strictEqual(await hook(message({}), CONFIG), undefined);
});

/** Headers that are there, and wrong. */
const WRONG: [why: string, given: string][] = [
  ["another secret", "another-secret-of-somebody-else"],
  ["half of it", SECRET.slice(0, -1)],
  ["more than it", `${SECRET}s`],
  ["it in other letters", SECRET.toUpperCase()],
  ["nothing", ""],
  ["a kilobyte", "x".repeat(1024)],
];

for (const [why, given] of WRONG) {
  Deno.test(`W1 hook() refuses ${why}`, async () => {
    await rejects(hook(message({ "x-webhook-secret": given }), CONFIG), {
      status: 401,
      title: "Webhook secret not valid",
    });
  });
}

Deno.test("W1 hook() never opens without a secret of ours", async () => {
  const config = testConfig("http://127.0.0.1:9");

  for (const given of ["", "undefined", SECRET]) {
    const call = hook(message({ "x-webhook-secret": given }), config);
    await rejects(call, { status: 401 });
  }
});

/** As the documentation of Supabase shows it. */
const DELIVERY = {
  type: "UPDATE",
  table: "notes",
  schema: "public",
  record: { id: 1, title: "new" },
  "old_record": { id: 1, title: "old" },
};

const GOOD: [why: string, more: Readonly<Record<string, unknown>>][] = [
  ["an update", {}],
  ["an insert", { type: "INSERT", "old_record": null }],
  ["a delete", { type: "DELETE", record: null }],
  ["a truncate, which has no rows", {
    ...{ type: "TRUNCATE", record: undefined, "old_record": undefined },
  }],
  ["a row of anything", { record: [1, "x", null] }],
];

for (const [why, more] of GOOD) {
  Deno.test(`delivery has ${why}`, () => {
    strictEqual(v.is(delivery, { ...DELIVERY, ...more }), true);
  });
}

const BAD: [why: string, more: Readonly<Record<string, unknown>>][] = [
  ["W6 a type that is none", { type: "SELECT" }],
  ["W6 a table that is no text", { table: { name: "notes" } }],
  ["W6 a name that Postgres would cut", { table: "x".repeat(64) }],
  ["W6 no schema", { schema: undefined }],
  ["W6 what a webhook does not have", { sql: "drop table notes" }],
];

for (const [why, more] of BAD) {
  Deno.test(`${why} is no delivery`, () => {
    strictEqual(v.is(delivery, { ...DELIVERY, ...more }), false);
  });
}
