/**
 * What does the pipeline cost over a handler without it?
 *
 * Requests go over loopback HTTP to servers in this process, one after another
 * on a warm connection. The servers take turns request by request, in another
 * order each time, so that what else the machine does meets them alike; the
 * numbers are medians.
 *
 *     deno task bench endpoint
 *
 * @module
 */
import * as v from "valibot";
import { user } from "../supabase/functions/_shared/auth.ts";
import { anyone, type Auth } from "../supabase/functions/_shared/caller.ts";
import { endpoint } from "../supabase/functions/_shared/endpoint.ts";
import { answerJson } from "../supabase/functions/_shared/json_answer.ts";
import { route } from "../supabase/functions/_shared/route.ts";
import { testConfig } from "../supabase/functions/_shared/testing/config.ts";
import { startIssuer } from "../supabase/functions/_shared/testing/issuer.ts";
import { serve } from "../supabase/functions/_shared/testing/server.ts";
import { KiB, seconds } from "../supabase/functions/_shared/units.ts";
import { median, table } from "../tools/report.ts";

const ROUNDS = 5_000;
const WARM_UP = 1_000;
const BODY = JSON.stringify({ bucket: "photos", name: "me.png", bytes: 1000 });

const input = v.strictObject({
  bucket: v.string(),
  name: v.string(),
  bytes: v.number(),
});

/** The least that a handler of the same contract does. */
async function bare(request: Request): Promise<Response> {
  const { name } = await request.json();
  return Response.json({ name });
}

function piped(auth: Auth<unknown>) {
  return endpoint({
    name: "bench",
    ports: () => null,
    routes: {
      "POST /": route({
        auth,
        input,
        limits: { bodyBytes: 4 * KiB, timeoutMs: seconds(5) },
        handle: ({ input: { name } }) => answerJson({ name }),
      }),
    },
  });
}

await using issuer = await startIssuer();
const keys = { SUPABASE_JWKS: JSON.stringify(issuer.keys) };
const config = testConfig(issuer.url, keys);
const counting = testConfig(issuer.url, {
  ...keys,
  PORTICO_METRICS_TOKEN: "a-token-for-nothing-but-metrics",
});
const headers = {
  "content-type": "application/json",
  authorization: `Bearer ${await issuer.sign({ exp: 2_000_000_000 })}`,
};
const contestants = [
  { name: "a bare handler", server: serve(bare) },
  {
    name: "endpoint(), anyone",
    server: serve(piped(anyone).within(config).fetch),
  },
  {
    name: "endpoint(), anyone, counted",
    server: serve(piped(anyone).within(counting).fetch),
  },
  {
    name: "endpoint(), user",
    server: serve(piped(user).within(config).fetch),
  },
  {
    name: "endpoint(), user, counted",
    server: serve(piped(user).within(counting).fetch),
  },
].map((it) => ({ ...it, times: [] as number[] }));

for (let round = -WARM_UP; round < ROUNDS; round++) {
  // Who comes behind whom makes a difference, so that it is another each time.
  for (const { server, times } of shuffled(contestants)) {
    const url = `${server.url}/bench`;
    const at = performance.now();
    const response = await fetch(url, { method: "POST", headers, body: BODY });
    await response.text();
    if (response.status !== 200) throw new Error(`${response.status}`);
    if (round >= 0) times.push(performance.now() - at);
  }
}
for (const { server } of contestants) await server[Symbol.asyncDispose]();

function shuffled<T>(items: readonly T[]): T[] {
  return items.map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at).map(({ item }) => item);
}

const base = median(contestants[0]?.times ?? []);
table(
  ["server", "ms, median", "over the bare handler, ms", "ratio"],
  contestants.map(({ name, times }) => {
    const middle = median(times);
    return [
      name,
      middle.toFixed(3),
      (middle - base).toFixed(3),
      (middle / base).toFixed(2),
    ];
  }),
);
