import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { problem } from "../_shared/problem.ts";
import { assertProblem } from "../_shared/testing/assert.ts";
import { testConfig } from "../_shared/testing/config.ts";
import metrics from "./index.ts";
import type { Store, Wish } from "./store.ts";

const PORTICO_METRICS_TOKEN = "a-token-for-nothing-but-metrics";

const REQUESTS = "portico_http_requests_total";

/** A store with one counter, which writes down which reports are asked for. */
function storeOf(own: Partial<Store> = {}) {
  const wishes: Wish[] = [];
  const labels = { function: "a", method: "GET", status: "200", region: "x" };
  const store: Store = {
    samples: () => Promise.resolve([{ metric: REQUESTS, labels, value: [7] }]),
    report(wish) {
      wishes.push(wish);
      return Promise.resolve([{ at: "now", executions: 7 }]);
    },
    ...own,
  };
  return { store, wishes };
}

function basic(name: string, password: string): Record<string, string> {
  return { authorization: `Basic ${btoa(`${name}:${password}`)}` };
}

const SCRAPER = basic("metrics", PORTICO_METRICS_TOKEN);

async function ask(
  path: string,
  headers: Readonly<Record<string, string>> = SCRAPER,
  { store = storeOf().store, env = { PORTICO_METRICS_TOKEN } }: {
    readonly store?: Store;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Response> {
  const { fetch } = metrics.within(
    testConfig("http://127.0.0.1:1", env),
    store,
  );
  return await fetch(
    new Request(`http://localhost/metrics${path}`, { headers }),
  );
}

Deno.test("metrics says what was counted", async () => {
  const response = await ask("");

  strictEqual(response.status, 200);
  match(response.headers.get("content-type") ?? "", /^text\/plain; version=0/);
  strictEqual(response.headers.get("cache-control"), "no-store");
  const text = await response.text();
  match(
    text,
    /^portico_http_requests_total\{function="a",method="GET".*\} 7$/m,
  );
  strictEqual(Number(response.headers.get("content-length")), text.length);
});

Deno.test("metrics says it as OpenMetrics to who asks for that", async () => {
  const accept = "application/openmetrics-text; version=1.0.0";

  const response = await ask("", { ...SCRAPER, accept });

  match(
    response.headers.get("content-type") ?? "",
    /^application\/openmetrics/,
  );
  match(await response.text(), /# EOF\n$/);
});

/** What is not the token. */
const STRANGERS: [who: string, headers: Record<string, string>][] = [
  ["nobody", {}],
  ["another name", basic("prometheus", PORTICO_METRICS_TOKEN)],
  ["another token", basic("metrics", `${PORTICO_METRICS_TOKEN}x`)],
  ["a part of it", basic("metrics", PORTICO_METRICS_TOKEN.slice(1))],
  ["a bearer", { authorization: `Bearer ${PORTICO_METRICS_TOKEN}` }],
  ["a secret key", { apikey: "sb_secret_test" }],
  ["a secret key as a password", basic("metrics", "sb_secret_test")],
  ["what is no base64", { authorization: "Basic a" }],
  ["two", { authorization: `${SCRAPER["authorization"]}, Basic x` }],
];

for (const [who, headers] of STRANGERS) {
  Deno.test(`metrics says nothing to ${who}`, async () => {
    const { store } = storeOf({
      samples: () => Promise.reject(new Error("Asked for it")),
    });

    const response = await ask("", headers, { store });

    strictEqual(
      response.headers.get("www-authenticate"),
      'Basic realm="metrics", charset="UTF-8"',
    );
    await assertProblem(response, {
      status: 401,
      title: "Metrics token not valid",
    });
  });
}

Deno.test("metrics is off until there is a token", async () => {
  for (const headers of [SCRAPER, basic("metrics", ""), {}]) {
    await assertProblem(await ask("", headers, { env: {} }), {
      status: 404,
      title: "Metrics not configured",
    });
  }
});

Deno.test("metrics reports the last hour unless it is told otherwise", async () => {
  const { store, wishes } = storeOf();

  const response = await ask("/reports/executions", SCRAPER, { store });
  await ask("/reports/uploads?range=28d", SCRAPER, { store });

  deepStrictEqual(await response.json(), {
    range: "1h",
    unit: "1 minute",
    rows: [{ at: "now", executions: 7 }],
  });
  deepStrictEqual(wishes, [
    { report: "executions", span: "1 hour", unit: "1 minute" },
    { report: "uploads", span: "28 days", unit: "1 hour" },
  ]);
});

for (const path of ["/reports/secrets", "/reports/uploads?range=1y"]) {
  Deno.test(`metrics has no ${path}`, async () => {
    const { store, wishes } = storeOf();

    const response = await ask(path, SCRAPER, { store });

    await assertProblem(response, { status: 422, title: "Invalid input" });
    deepStrictEqual(wishes, []);
  });
}

Deno.test("metrics says that its database is away", async () => {
  const away = problem(503, "Database unavailable")("Cannot reach it");
  const { store } = storeOf({ samples: () => Promise.reject(away) });

  await assertProblem(await ask("", SCRAPER, { store }), { status: 503 });
});
