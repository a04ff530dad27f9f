import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { serve } from "../testing/server.ts";
import { testConfig } from "../testing/config.ts";
import { blankJournal, Journal, now } from "./journal.ts";

const DSN = { SENTRY_DSN: "http://public@127.0.0.1:1/1" };
const { sentry } = testConfig("http://127.0.0.1:1", DSN);

function journal(headers: Record<string, string> = {}, rate?: number): Journal {
  const settings = sentry && rate !== undefined
    ? { ...sentry, tracesSampleRate: rate }
    : sentry;
  return new Journal(new Headers(headers), settings);
}

/** What is asked, and what it is called. */
const NAMES: [path: string, init: RequestInit, name: string, op: string][] = [
  [
    "/rest/v1/rpc/open_upload",
    { method: "POST" },
    "POST /rest/v1/rpc/open_upload",
    "db",
  ],
  ["/rest/v1/notes?id=eq.7", {}, "GET /rest/v1/notes", "db"],
  [
    "/storage/v1/object/photos/u1/secret.png",
    { method: "DELETE" },
    "DELETE /storage/v1/object/photos/*",
    "http.client",
  ],
  [
    "/storage/v1/object/sign/photos/a.png",
    { method: "POST" },
    "POST /storage/v1/object/sign/*",
    "http.client",
  ],
  [
    "/auth/v1/admin/users/8a7f?x=1",
    {},
    "GET /auth/v1/admin/users/*",
    "http.client",
  ],
];

for (const [path, init, name, op] of NAMES) {
  Deno.test(`Journal calls ${path} by what many have in common`, async () => {
    await using server = serve(() => new Response(null, { status: 204 }));
    const it = journal();

    const before = now();
    await it.fetch(server.url + path, init);

    const [step] = it.steps;
    deepStrictEqual([step?.name, step?.op, step?.status], [name, op, 204]);
    ok(step && before <= step.startedAt && step.startedAt <= step.endedAt);
  });
}

Deno.test("Journal calls another host by its name alone", async () => {
  await using server = serve(() => new Response());
  const it = journal();

  await it.fetch(`${server.url}/key/secret?token=1`, { method: "POST" });

  strictEqual(it.steps[0]?.name, `POST ${new URL(server.url).host}`);
});

Deno.test("Journal has a step of what was not answered, and passes on why", async () => {
  const it = journal();

  await rejects(it.fetch("http://127.0.0.1:1/rest/v1/notes"));

  const [step] = it.steps;
  deepStrictEqual([step?.name, step && "status" in step], [
    "GET /rest/v1/notes",
    false,
  ]);
});

Deno.test("Journal has no more than a hundred steps, and counts the rest", async () => {
  await using server = serve(() => new Response());
  const it = journal();

  for (let n = 0; n < 103; n++) {
    const answer = await it.fetch(`${server.url}/rest/v1/notes`);
    await answer.body?.cancel();
  }

  deepStrictEqual([it.steps.length, it.untold], [100, 3]);
});

Deno.test("Journal without a DSN has nothing", async () => {
  await using server = serve(() => new Response());
  const it = blankJournal();

  await it.fetch(`${server.url}/rest/v1/notes`);

  deepStrictEqual([it.steps, it.trace, it.isSampled], [[], undefined, false]);
});

const SAMPLED: [why: string, flag: string, rate: number, expected: boolean][] =
  [
    ["its sender has it sampled", "-1", 0.000001, true],
    ["its sender has not", "-0", 1, false],
    ["it is left to us, who sample all", "", 1, true],
    ["nothing is sampled here, whatever its sender says", "-1", 0, false],
  ];

for (const [why, flag, rate, expected] of SAMPLED) {
  Deno.test(`Journal samples a request or not: ${why}`, () => {
    const trace = `${"a".repeat(32)}-${"b".repeat(16)}${flag}`;

    strictEqual(journal({ "sentry-trace": trace }, rate).isSampled, expected);
  });
}
