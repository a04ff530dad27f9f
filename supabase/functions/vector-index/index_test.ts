import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { assertProblem } from "../_shared/testing/assert.ts";
import { testConfig } from "../_shared/testing/config.ts";
import { signatureFor } from "../_shared/webhook.ts";
import { idleSink } from "./testing/sink.ts";
import vectorIndex, { type Ports } from "./index.ts";
import type { Hint, Queue } from "./queue.ts";
import { claimOf, deskThat, modelThat, rowOf } from "./testing/desk.ts";

const SECRET = `whsec_${btoa("a secret of twenty-four!")}`;
const HEADER = { "x-webhook-secret": "a-secret-that-nobody-guesses" };
const CONFIG = testConfig("http://127.0.0.1:9", {
  WEBHOOK_SECRET: SECRET,
  WEBHOOK_HEADER_SECRET: HEADER["x-webhook-secret"],
});
const OPERATOR = { apikey: "sb_secret_test" };

/** An outside with one row to do, and what became of its runs. */
function outside(own: Partial<Queue> = {}) {
  const ended = Promise.withResolvers<unknown>();
  const hints: (Hint | undefined)[] = [];
  const begin = (hint?: Hint) => {
    hints.push(hint);
    return Promise.resolve("begun" as const);
  };
  const claims = [claimOf([rowOf(1, "a cat")])];
  const { queue, steps } = deskThat({ claims }, { begin, ...own });
  const ports: Ports = {
    bench: () => ({
      queue,
      embedder: () => Promise.resolve(modelThat({ isFree: true })),
      signal: AbortSignal.timeout(10_000),
    }),
    sink: () => idleSink(),
    status: () =>
      Promise.resolve({ sources: [{ source: "notes" }], removing: [] }),
    alert: (error) => ended.resolve(error),
    log: (tally) => ended.resolve(tally),
  };
  return { ports, hints, steps, ended: ended.promise };
}

function ask(
  ports: Ports,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  return vectorIndex.within(CONFIG, ports).fetch(
    new Request("http://localhost/vector-index", {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    }),
  );
}

const NUDGE = JSON.stringify({ function: "vector-index" });

function signed(): Promise<Record<string, string>> {
  return signatureFor("msg_1", NUDGE, SECRET);
}

const DELIVERY = {
  type: "INSERT",
  schema: "public",
  table: "notes",
  record: { id: 1 },
  "old_record": null,
};

Deno.test("vector-index lets an operator wait, and says what it has done", async () => {
  const { ports, hints, steps } = outside();

  const response = await ask(ports, {}, OPERATOR);

  strictEqual(response.status, 200);
  const { run, ...tally } = await response.json();
  ok(run);
  deepStrictEqual(tally, {
    ...{ written: 1, moved: 0, failed: 0, buried: 0, chunks: 1, paused: [] },
  });
  deepStrictEqual(hints, [undefined]);
  strictEqual(steps.at(-1), "end");
});

Deno.test("vector-index answers a nudge before its work is done", async () => {
  const gate = Promise.withResolvers<null>();
  const { ports, ended } = outside({ claim: () => gate.promise });

  const response = await ask(ports, NUDGE, await signed());

  strictEqual(response.status, 202);
  deepStrictEqual(Object.keys(await response.json()), ["run"]);
  gate.reject(new Error("Down"));
  strictEqual(String(await ended), "Error: Down");
});

Deno.test("vector-index is told by a webhook where to look", async () => {
  const { ports, hints } = outside({
    begin(hint) {
      hints.push(hint);
      return Promise.resolve("unwatched");
    },
  });

  const response = await ask(ports, DELIVERY, HEADER);

  strictEqual(response.status, 202);
  deepStrictEqual(await response.json(), { outcome: "unwatched" });
  deepStrictEqual(hints, [{ schema: "public", table: "notes" }]);
});

for (const outcome of ["enough", "unwatched"] as const) {
  Deno.test(`vector-index does nothing when the queue says ${outcome}`, async () => {
    const begin = () => Promise.resolve(outcome);
    const { ports, steps } = outside({ begin });

    for (const headers of [OPERATOR, HEADER]) {
      const response = await ask(ports, DELIVERY, headers);
      strictEqual(response.status, 202);
      deepStrictEqual(await response.json(), { outcome });
    }
    deepStrictEqual(steps, []);
  });
}

/** Callers who are nobody, or not who they say. */
const STRANGERS: [id: string, who: string, headers: HeadersInit][] = [
  ["C1", "nobody", {}],
  ["C1", "a publishable key", { apikey: "sb_publishable_test" }],
  ["C1", "another key", { apikey: "sb_secret_other" }],
  ["W1", "another secret", { "x-webhook-secret": "x".repeat(24) }],
  ["W1", "no secret in its header", { "x-webhook-secret": "" }],
];

for (const [id, who, headers] of STRANGERS) {
  Deno.test(`${id} vector-index does nothing for ${who}`, async () => {
    const { ports, hints, steps } = outside();

    const given = Object.fromEntries(new Headers(headers));
    const response = await ask(ports, DELIVERY, given);

    await assertProblem(response, { status: 401 });
    deepStrictEqual([hints, steps], [[], []]);
  });
}

Deno.test("W3 vector-index takes no webhook's body for a nudge", async () => {
  const { ports, hints } = outside();
  const body = JSON.stringify(DELIVERY);
  const headers = await signatureFor("msg_1", body, SECRET);

  const response = await ask(ports, body, headers);

  await assertProblem(response, { status: 401 });
  deepStrictEqual(hints, []);
});

const BAD: [why: string, body: unknown][] = [
  ["another function's name", { function: "sweep" }],
  ["a field that it does not know", { force: true }],
  ["a delivery without a table", { type: "INSERT", schema: "public" }],
  ["a type that is none", { ...DELIVERY, type: "SELECT" }],
];

for (const [why, body] of BAD) {
  Deno.test(`W6 vector-index refuses ${why}`, async () => {
    const { ports, hints } = outside();

    const response = await ask(ports, body, OPERATOR);

    await assertProblem(response, { status: 422, title: "Invalid input" });
    deepStrictEqual(hints, []);
  });
}

Deno.test("vector-index shows how sources are doing to an operator alone", async () => {
  const { ports } = outside();
  const show = (headers: HeadersInit) => {
    const request = new Request("http://localhost/vector-index", { headers });
    return vectorIndex.within(CONFIG, ports).fetch(request);
  };

  const shown = await (await show(OPERATOR)).json();

  deepStrictEqual(shown, { sources: [{ source: "notes" }], removing: [] });
  for (const headers of [{}, { apikey: "sb_publishable_test" }, HEADER]) {
    await assertProblem(await show(headers), { status: 401 });
  }
});
