/**
 * What does a report cost the request that it is of, whatever its receiver does?
 *
 * Every request is traced, so that each has something to report. The functions
 * take turns, request by request, over loopback on warm connections; the
 * receivers are in this process, and take from it what they take.
 *
 *     deno task bench sentry
 *
 * @module
 */
import * as v from "valibot";
import { anyone } from "../supabase/functions/_shared/caller.ts";
import { endpoint } from "../supabase/functions/_shared/endpoint.ts";
import { route } from "../supabase/functions/_shared/route.ts";
import { testConfig } from "../supabase/functions/_shared/testing/config.ts";
import { startSentrySink } from "../supabase/functions/_shared/testing/sentry_sink.ts";
import { serve } from "../supabase/functions/_shared/testing/server.ts";
import { KiB, seconds } from "../supabase/functions/_shared/units.ts";
import { median, table } from "../tools/report.ts";

const ROUNDS = 1_000;
const WARM_UP = 50;

const clerk = endpoint({
  name: "bench",
  ports: () => null,
  routes: {
    "POST /": route({
      auth: anyone,
      input: v.strictObject({ name: v.string() }),
      limits: { bodyBytes: 4 * KiB, timeoutMs: seconds(5) },
      handle: ({ input: { name } }) => Response.json({ name }),
    }),
  },
});

const RECEIVERS: [name: string, answer: () => Response | Promise<Response>][] =
  [
    ["takes them", () => Response.json({})],
    ["says 429", () => new Response(null, { status: 429 })],
    ["says 500", () => new Response(null, { status: 500 })],
    ["says nothing", () => new Promise(() => {})],
  ];

const GONE = "http://public@127.0.0.1:1/1";

const sinks = RECEIVERS.map(([name, answer]) => {
  const sink = startSentrySink();
  sink.answer = answer;
  return { name: `Sentry ${name}`, sink };
});

function functionFor(name: string, env: Readonly<Record<string, string>>) {
  const config = testConfig("http://127.0.0.1:1", env);
  return { name, server: serve(clerk.within(config).fetch) };
}

const RATE = { SENTRY_TRACES_SAMPLE_RATE: "1" };
const contestants = [
  functionFor("no Sentry", {}),
  ...sinks.map(({ name, sink: { dsn: SENTRY_DSN } }) =>
    functionFor(name, { ...RATE, SENTRY_DSN })
  ),
  functionFor("Sentry is not there", { ...RATE, SENTRY_DSN: GONE }),
].map((it) => ({ ...it, times: [] as number[] }));

const body = JSON.stringify({ name: "me" });
const headers = { "content-type": "application/json" };

for (let round = -WARM_UP; round < ROUNDS; round++) {
  for (const { server, times } of contestants) {
    const at = performance.now();
    const url = `${server.url}/bench`;
    const response = await fetch(url, { method: "POST", headers, body });
    await response.text();
    if (response.status !== 200) throw new Error(`${response.status}`);
    if (round >= 0) times.push(performance.now() - at);
  }
}

/** The 99th of a hundred. */
function late(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ??
    NaN;
}

const [{ times: plain } = { times: [] }] = contestants;
table(
  ["function", "ms, median", "ms, 99th", "later at the 99th, ms"],
  contestants.map(({ name, times }) => [
    name,
    median(times).toFixed(3),
    late(times).toFixed(2),
    (late(times) - late(plain)).toFixed(2),
  ]),
);
for (const { server } of contestants) await server[Symbol.asyncDispose]();
for (const { sink } of sinks) await sink[Symbol.asyncDispose]();
Deno.exit();
