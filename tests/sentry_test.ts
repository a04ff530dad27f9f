/**
 * What Sentry is told of a function, by a receiver that takes its envelopes
 * apart: errors, requests with what they have asked of others, and jobs.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import * as v from "valibot";
import { user } from "../supabase/functions/_shared/auth.ts";
import { afterAnswer } from "../supabase/functions/_shared/background.ts";
import { anyone } from "../supabase/functions/_shared/caller.ts";
import { asCaller } from "../supabase/functions/_shared/clients.ts";
import { endpoint } from "../supabase/functions/_shared/endpoint.ts";
import { getAsCaller } from "../supabase/functions/_shared/get.ts";
import { logWork } from "../supabase/functions/_shared/log.ts";
import { monitored } from "../supabase/functions/_shared/report.ts";
import { route, type Scope } from "../supabase/functions/_shared/route.ts";
import {
  blankJournal,
  Journal,
} from "../supabase/functions/_shared/telemetry/journal.ts";
import { testConfig } from "../supabase/functions/_shared/testing/config.ts";
import {
  ALICE,
  startIssuer,
} from "../supabase/functions/_shared/testing/issuer.ts";
import {
  factOf,
  type SentrySink,
  startSentrySink,
} from "../supabase/functions/_shared/testing/sentry_sink.ts";
import { serve } from "../supabase/functions/_shared/testing/server.ts";
import { KiB, seconds } from "../supabase/functions/_shared/units.ts";

const issuer = await startIssuer();
/** Supabase, as far as it is asked: it refuses what is called `no`. */
const upstream = serve((request) => {
  const { pathname } = new URL(request.url);
  return pathname.endsWith("/no")
    ? Response.json({ message: "No" }, { status: 403 })
    : Response.json([]);
});
Deno.test.afterAll(async () => {
  await issuer[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

/** A function that asks Supabase twice, and fails if it is told to. */
const clerk = endpoint({
  name: "clerk",
  ports: (scope: Scope) => scope,
  routes: {
    "POST /tasks/{task}": route({
      auth: user,
      input: v.object({
        task: v.string(),
        table: v.optional(v.string(), "notes"),
        error: v.optional(v.string()),
      }),
      limits: { bodyBytes: 4 * KiB, timeoutMs: seconds(5) },

      async handle({ input: { table, error } }, scope: Scope) {
        await asCaller(scope).from(table).select().eq("secret", "canary");
        await getAsCaller(scope)(
          `/storage/v1/object/${table}/a/canary.png`,
          {},
        );
        if (error !== undefined) throw new Error(error);
        return Response.json({});
      },
    }),
  },
});

/** Calls the clerk, whose settings are those of `env` and of `sink`. */
function calling(sink: SentrySink, env: Readonly<Record<string, string>> = {}) {
  const config = testConfig(upstream.url, {
    SENTRY_DSN: sink.dsn,
    SUPABASE_PUBLIC_URL: issuer.url,
    SUPABASE_JWKS: JSON.stringify(issuer.keys),
    ...env,
  });
  const { fetch } = clerk.within(config);
  return async (
    body: object,
    headers: Readonly<Record<string, string>> = {},
  ) =>
    await fetch(
      new Request("http://localhost/clerk/tasks/7?token=canary", {
        method: "POST",
        body: JSON.stringify(body),
        headers: {
          authorization: `Bearer ${await issuer.sign()}`,
          "content-type": "application/json",
          ...headers,
        },
      }),
    );
}

const ALL = { SENTRY_TRACES_SAMPLE_RATE: "1" };
const TRACE = "771a43a4192642f0b136d5159a501700";
const SPAN = "7c51afd529da4a2a";

Deno.test("a request is a transaction, with a span of each call of Supabase, once", async () => {
  await using sink = startSentrySink();
  const call = calling(sink, { ...ALL, SENTRY_ENVIRONMENT: "staging" });

  const response = await call({ table: "no" });

  strictEqual(response.status, 200);
  const [sent] = await sink.received("transaction");
  ok(sent);
  const fact = (path: string) => factOf(sent, path);
  strictEqual(fact("transaction"), "POST /clerk/tasks/{task}");
  strictEqual(fact("contexts.trace.op"), "http.server");
  strictEqual(fact("contexts.trace.status"), "ok");
  strictEqual(fact("environment"), "staging");
  strictEqual(fact("release"), "unknown");
  strictEqual(fact("tags.function"), "clerk");
  strictEqual(fact("tags.requestId"), response.headers.get("x-request-id"));
  strictEqual(fact("user"), undefined);
  const spans = fact("spans");
  ok(Array.isArray(spans));
  deepStrictEqual(
    spans.map(({ op, description, status }) => [op, description, status]),
    [
      ["db", "GET /rest/v1/no", "permission_denied"],
      ["http.client", "GET /storage/v1/object/no/*", "ok"],
    ],
  );
  for (const span of spans) {
    strictEqual(span.parent_span_id, fact("contexts.trace.span_id"));
    strictEqual(span.trace_id, fact("contexts.trace.trace_id"));
    ok(Number(fact("start_timestamp")) <= span.start_timestamp);
    ok(span.timestamp <= Number(fact("timestamp")));
  }
  const { trace } = sent.envelope;
  deepStrictEqual(trace, {
    trace_id: fact("contexts.trace.trace_id"),
    ...{ environment: "staging", release: "unknown", public_key: "public" },
    ...{ sample_rate: "1", sampled: "true" },
  });
});

Deno.test("a request goes on with the trace of the page that sends it", async () => {
  await using sink = startSentrySink();
  const call = calling(sink, { SENTRY_TRACES_SAMPLE_RATE: "0.000001" });

  await call({}, {
    "sentry-trace": `${TRACE}-${SPAN}-1`,
    baggage: `sentry-trace_id=${TRACE},sentry-public_key=page,other=1`,
  });

  const [sent] = await sink.received("transaction");
  ok(sent);
  strictEqual(factOf(sent, "contexts.trace.trace_id"), TRACE);
  strictEqual(factOf(sent, "contexts.trace.parent_span_id"), SPAN);
  deepStrictEqual(sent.envelope["trace"], {
    trace_id: TRACE,
    public_key: "page",
  });
});

Deno.test("work behind an answer is a transaction of its own, in the same trace", async () => {
  await using sink = startSentrySink();
  const run = crypto.randomUUID();
  const porter = endpoint({
    name: "porter",
    ports: (scope: Scope) => scope,
    routes: {
      "POST /": route({
        auth: anyone,
        input: v.unknown(),
        limits: { bodyBytes: 1 * KiB, timeoutMs: seconds(5) },

        async handle(_call, scope: Scope) {
          await getAsCaller(scope)("/rest/v1/first", {});
          afterAnswer(
            Promise.resolve()
              .then(() => getAsCaller(scope)("/rest/v1/later", {}))
              .then(() => logWork("porter/carry", { run }, scope)),
          );
          return new Response(null, { status: 202 });
        },
      }),
    },
  });
  const config = testConfig(upstream.url, { SENTRY_DSN: sink.dsn, ...ALL });
  const url = "http://localhost/porter";
  const init = { method: "POST", body: "{}" };
  const headers = { "content-type": "application/json" };

  await porter.within(config).fetch(new Request(url, { ...init, headers }));

  const sent = await sink.received("transaction", 2);
  const named = (name: string) =>
    sent.filter((it) => factOf(it, "transaction") === name);
  const [request] = named("POST /porter");
  const [work] = named("porter/carry");
  ok(request && work);
  const spansOf = (it: typeof work) => {
    const spans = factOf(it, "spans");
    return Array.isArray(spans) ? spans.map((span) => span.description) : [];
  };
  deepStrictEqual(spansOf(request), ["GET /rest/v1/first"]);
  deepStrictEqual(spansOf(work), ["GET /rest/v1/later"]);
  strictEqual(factOf(work, "tags.requestId"), run);
  strictEqual(
    factOf(work, "contexts.trace.trace_id"),
    factOf(request, "contexts.trace.trace_id"),
  );
  strictEqual(
    factOf(work, "contexts.trace.parent_span_id"),
    factOf(request, "contexts.trace.span_id"),
  );
});

Deno.test("an error says what led to it, and belongs to the same trace", async () => {
  await using sink = startSentrySink();
  const call = calling(sink, { ...ALL, SENTRY_RELEASE: "v7" });

  const response = await call({ error: "It broke", table: "no" });

  strictEqual(response.status, 500);
  const [event] = await sink.received("event");
  const [request] = await sink.received("transaction");
  const [log] = await sink.received("log");
  ok(event && request && log);
  strictEqual(factOf(event, "exception.values.0.value"), "It broke");
  strictEqual(factOf(event, "release"), "v7");
  const crumbs = factOf(event, "breadcrumbs");
  ok(Array.isArray(crumbs));
  deepStrictEqual(
    crumbs.map(({ message, data }) => [message, data.status_code]),
    [
      ["GET /rest/v1/no", 403],
      ["GET /storage/v1/object/no/*", 200],
    ],
  );
  strictEqual(factOf(request, "contexts.trace.status"), "internal_error");
  strictEqual(factOf(log, "items.0.level"), "error");
  strictEqual(
    factOf(log, "items.0.body"),
    "POST /clerk/tasks/{task} 500",
  );
  const trace = factOf(event, "contexts.trace.trace_id");
  strictEqual(factOf(request, "contexts.trace.trace_id"), trace);
  strictEqual(factOf(log, "items.0.trace_id"), trace);
});

Deno.test("nothing but errors is sent unless requests are sampled", async () => {
  await using sink = startSentrySink();
  const call = calling(sink);

  await call({}, { "sentry-trace": `${TRACE}-${SPAN}-1` });
  await call({ error: "It broke" });

  await sink.received("event");
  await sink.received("log"); // of what has failed, which is sent behind it
  deepStrictEqual(sink.items.map(({ type }) => type).sort(), ["event", "log"]);
});

for (const sends of [true, false]) {
  Deno.test(`a caller is ${sends ? "named by id" : "nobody"} where SENTRY_SEND_USER is ${sends}`, async () => {
    await using sink = startSentrySink();
    const call = calling(sink, { SENTRY_SEND_USER: String(sends), ...ALL });

    await call({ error: "It broke" });

    for (const type of ["event", "transaction"]) {
      const [item] = await sink.received(type);
      ok(item);
      deepStrictEqual(factOf(item, "user"), sends ? { id: ALICE } : undefined);
    }
  });
}

Deno.test("two hundred requests at the same time share nothing", async () => {
  await using sink = startSentrySink();
  const call = calling(sink, { ...ALL, SENTRY_SEND_USER: "true" });

  const traces = Array.from(
    { length: 200 },
    (_, n) => (n + 256).toString(16).padStart(32, "f"),
  );
  const ids = await Promise.all(traces.map(async (trace, n) => {
    const headers = { "sentry-trace": `${trace}-${SPAN}-1` };
    const body = { table: `t${n}`, error: `It broke ${n}` };
    const response = await call(body, headers);
    return response.headers.get("x-request-id");
  }));

  const events = await sink.received("event", 200);
  const requests = await sink.received("transaction", 200);
  for (const [n, trace] of traces.entries()) {
    const of = (items: typeof events) =>
      items.filter((it) => factOf(it, "contexts.trace.trace_id") === trace);
    const [event, ...others] = of(events);
    const [request, ...more] = of(requests);
    ok(event && request);
    strictEqual(others.length + more.length, 0);
    strictEqual(factOf(event, "exception.values.0.value"), `It broke ${n}`);
    strictEqual(factOf(event, "tags.requestId"), ids[n]);
    strictEqual(factOf(request, "tags.requestId"), ids[n]);
    for (const item of [event, request]) {
      const tables = JSON.stringify(item.payload).match(/\bt\d+\b/g) ?? [];
      deepStrictEqual(new Set(tables), new Set([`t${n}`]));
    }
  }
});

Deno.test("a job checks in when it begins and when it ends, as one run", async () => {
  await using sink = startSentrySink();
  const config = testConfig("http://127.0.0.1:1", { SENTRY_DSN: sink.dsn });
  const journal = new Journal(new Headers(), config.sentry);
  const monitor = { slug: "clerk", schedule: "*/5 * * * *", maxRuntimeM: 7 };
  const trace = { function: "clerk", requestId: crypto.randomUUID() };
  const about = { config, journal };

  const result = await monitored(
    monitor,
    trace,
    about,
    () => Promise.resolve(7),
  );
  await monitored(monitor, trace, about, () => Promise.reject(new Error("No")))
    .catch(() => {});

  strictEqual(result, 7);
  const sent = await sink.received("check_in", 4);
  deepStrictEqual(sent.map((it) => factOf(it, "status")).toSorted(), [
    ...["error", "in_progress", "in_progress", "ok"],
  ]);
  for (const it of sent) {
    strictEqual(factOf(it, "monitor_slug"), "clerk");
    strictEqual(factOf(it, "monitor_config.schedule.value"), "*/5 * * * *");
    strictEqual(factOf(it, "monitor_config.max_runtime"), 7);
    match(String(factOf(it, "check_in_id")), /^[0-9a-f]{32}$/);
  }
  strictEqual(new Set(sent.map((it) => factOf(it, "check_in_id"))).size, 1);
});

Deno.test("a job without a DSN tells nobody", async () => {
  const about = {
    config: testConfig("http://127.0.0.1:1"),
    journal: blankJournal(),
  };
  const trace = { function: "clerk", requestId: crypto.randomUUID() };
  const monitor = { slug: "clerk", schedule: "* * * * *", maxRuntimeM: 1 };

  strictEqual(
    await monitored(monitor, trace, about, () => Promise.resolve(7)),
    7,
  );
});

/** A receiver that is not well. */
const FAULTS: [what: string, answer: SentrySink["answer"]][] = [
  ["answers with 429", () => new Response(null, { status: 429 })],
  ["answers with 500", () => new Response(null, { status: 500 })],
  ["says nothing", () => new Promise(() => {})],
  ["answers with nonsense", () => new Response("<html>".repeat(1e5))],
];

for (const [what, answer] of FAULTS) {
  Deno.test(`T1 answers are as they were while Sentry ${what}`, async () => {
    await using sink = startSentrySink();
    sink.answer = answer;
    const call = calling(sink, ALL);

    const well = await call({});
    const broken = await call({ error: "It broke" });
    await sink.received("transaction"); // it was tried
    const again = await call({});

    deepStrictEqual([well.status, again.status], [200, 200]);
    strictEqual(await again.text(), "{}");
    strictEqual(broken.status, 500);
    strictEqual((await broken.json()).title, "Unexpected error");
  });
}

Deno.test("T1 answers are as they were while Sentry is not there", async () => {
  const sink = startSentrySink();
  await sink[Symbol.asyncDispose]();
  const call = calling(sink, ALL);

  const responses = [await call({}), await call({ error: "It broke" })];

  deepStrictEqual(responses.map(({ status }) => status), [200, 500]);
});

Deno.test("T2 no secret that a request or Supabase has gets out, by any way", async () => {
  await using sink = startSentrySink();
  // It says what it should not, as a stack that is broken does.
  await using leaky = serve((request) => {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("jwks.json")) return Response.json(issuer.keys);
    const token = request.headers.get("authorization");
    const message = `Cannot use ${token}: postgres://a:canary@db/x ` +
      "canary.person@mail.example password: canary sb_secret_canary";
    const headers = {
      "set-cookie": "session=canary",
      location: "/?token=canary",
    };
    return Response.json({ message, code: "XX000" }, { status: 500, headers });
  });
  const iss = `${leaky.url}/auth/v1`;
  const token = await issuer.sign({ iss });
  const admin = await issuer.sign({
    ...{ iss, aal: "aal2", "app_metadata": { role: "admin" } },
    amr: [{ method: "totp", timestamp: Math.floor(Date.now() / 1000) }],
  });

  const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--frozen", "--allow-net=127.0.0.1", "--allow-env"],
      "--allow-read",
      new URL("programs/canaries.ts", import.meta.url).href,
      ...[leaky.url, sink.dsn, token, admin],
    ],
  }).output();

  const printed = new TextDecoder().decode(stdout);
  const complaints = new TextDecoder().decode(stderr);
  strictEqual(code, 0, complaints);
  const answers = printed.matchAll(/^ANSWER (\S+) \S+ (\d+)/gm);
  const statuses = new Map(
    Array.from(answers, ([, name, status]) => [`${name} ${status}`, 1]),
  );
  ok(statuses.has("signed-upload 500") || statuses.has("signed-upload 503"));
  const types = new Set(sink.items.map(({ type }) => type));
  deepStrictEqual([...types].sort(), ["event", "log", "transaction"]);
  for (const secret of [token, admin, /canary/i, /203\.0\.113/]) {
    const all = { printed, complaints, reports: sink.texts.join("\n") };
    for (const [where, text] of Object.entries(all)) {
      const at = text.search(secret);
      ok(at < 0, `${where}: …${text.slice(Math.max(0, at - 300), at + 80)}`);
    }
  }
});
