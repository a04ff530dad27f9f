import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { anyone } from "./caller.ts";
import { readConfig } from "./config.ts";
import { endpoint } from "./endpoint.ts";
import { fields } from "./fields.ts";
import { route } from "./route.ts";
import { testConfig } from "./testing/config.ts";
import { serve } from "./testing/server.ts";

const fn = endpoint({
  name: "echo",
  settings: ["PORTICO_LINK_KEYS", "SUPABASE_SECRET_KEYS", "WEBHOOK_SECRET"],
  dependencies: ["auth", "database", "storage"],
  ports: () => null,
  routes: {
    "GET /": route({
      auth: anyone,
      input: fields({}),
      limits: { bodyBytes: 0, timeoutMs: 1_000 },
      handle: () => new Response(),
    }),
  },
});

const WHOLE = {
  WEBHOOK_SECRET: "whsec_dGVzdA==",
  PORTICO_LINK_KEYS: `k1:${"a".repeat(43)}`,
};

const SECRET = { apikey: "sb_secret_test" };

/** Supabase, and what it was asked for: it fails where `failing` says. */
function startSupabase(failing = "-") {
  const asked: string[] = [];
  const server = serve((request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    const status = pathname.includes(failing) ? 500 : 200;
    return Response.json("canary", { status });
  });
  return { ...server, asked };
}

async function ask(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = WHOLE,
) {
  const { fetch } = fn.within(testConfig(url, env));
  const request = new Request("http://x/echo/health", { headers });
  const response = await fetch(request);
  return { status: response.status, body: await response.json() };
}

Deno.test("health names settings that are missing, and asks nobody", async () => {
  await using supabase = startSupabase();

  const whole = await ask(supabase.url);
  const { status, body } = await ask(supabase.url, {}, {});

  const common = { function: "echo", version: "unknown" };
  deepStrictEqual(whole.body, { ...common, status: "ok", missing: [] });
  strictEqual(status, 200);
  deepStrictEqual(body, {
    ...{ ...common, status: "incomplete" },
    missing: ["PORTICO_LINK_KEYS", "WEBHOOK_SECRET"],
  });
  deepStrictEqual(supabase.asked, []);
});

for (
  const apikey of ["sb_publishable_test", "sb_secret_tes", "sb_secret_test2"]
) {
  Deno.test(`health asks nobody for ${apikey}`, async () => {
    await using supabase = startSupabase();

    const { body } = await ask(supabase.url, { apikey });

    strictEqual("dependencies" in body, false);
    deepStrictEqual(supabase.asked, []);
  });
}

Deno.test("health says to a secret key whether each dependency answers", async () => {
  await using supabase = startSupabase();

  const { status, body } = await ask(supabase.url, SECRET);

  strictEqual(status, 200);
  deepStrictEqual(Object.keys(body.dependencies), [
    ...["auth", "database", "storage"],
  ]);
  deepStrictEqual(supabase.asked.toSorted(), [
    ...["/auth/v1/health", "/rest/v1/rpc/ping", "/storage/v1/bucket"],
  ]);
});

const PARTS = [["auth", "/auth/"], ["database", "/rest/"], [
  "storage",
  "/storage/",
]] as const;

for (const [dependency, path] of PARTS) {
  Deno.test(`health is 503 while ${dependency} fails, and says no more of it`, async () => {
    await using supabase = startSupabase(path);

    const { status, body } = await ask(supabase.url, SECRET);

    strictEqual(status, 503);
    strictEqual(body.status, "failing");
    for (const [name, found] of Object.entries(body.dependencies)) {
      const { ms, ...rest } = Object(found);
      strictEqual(typeof ms, "number");
      deepStrictEqual(rest, { status: name === dependency ? "failing" : "ok" });
    }
  });
}

Deno.test("health is 503 while nobody is there", async () => {
  const { status, body } = await ask("http://127.0.0.1:1", SECRET);

  strictEqual(status, 503);
  strictEqual(body.dependencies.database.status, "failing");
});

Deno.test("health names what keeps a function from starting, and no value", async () => {
  const env: Readonly<Record<string, string>> = {
    SUPABASE_URL: "http://127.0.0.1:1",
    SENTRY_DSN: "canary",
    ALLOWED_ORIGINS: "canary",
  };
  const lost = endpoint(
    { name: "echo", ports: () => null, routes: {} },
    () => readConfig((name) => env[name]),
  );

  const health = await lost.fetch(new Request("http://x/echo/health"));
  const other = await lost.fetch(new Request("http://x/echo"));

  strictEqual(health.status, 503);
  deepStrictEqual(await health.json(), {
    ...{ status: "not configured", function: "echo" },
    missing: ["ALLOWED_ORIGINS", "SENTRY_DSN", "SUPABASE_PUBLISHABLE_KEYS"],
  });
  strictEqual(other.status, 500);
});
