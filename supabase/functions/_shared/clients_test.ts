import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { afterwards } from "./background.ts";
import { asCaller, asService } from "./clients.ts";
import { testConfig } from "./testing/config.ts";
import { startUpstream } from "./testing/upstream.ts";

Deno.test("asCaller() sends the caller's token, asService() the secret key", async () => {
  const seen: unknown[] = [];
  await using upstream = startUpstream(({ headers }) => {
    seen.push([headers.get("apikey"), headers.get("authorization")]);
    return Response.json([]);
  });
  const { scope } = upstream;

  await asCaller(scope).from("t").select();
  await asCaller({ ...scope, bearer: undefined }).from("t").select();
  await asService(scope).from("t").select();

  deepStrictEqual(seen, [
    ["sb_publishable_test", "Bearer token"],
    ["sb_publishable_test", "Bearer sb_publishable_test"],
    ["sb_secret_test", "Bearer sb_secret_test"],
  ]);
});

Deno.test("asService() says which key is missing", async () => {
  await using upstream = startUpstream(() => new Response());
  const { scope } = upstream;
  const config = testConfig("http://x", { SUPABASE_SECRET_KEYS: "{}" });

  throws(() => asService({ ...scope, config }), /SUPABASE_SECRET_KEYS/);
});

Deno.test("a client stops with its scope, and goes on afterwards()", async () => {
  await using upstream = startUpstream(() => Response.json([]));
  const scope = { ...upstream.scope, signal: AbortSignal.abort() };

  ok((await asService(scope).from("t").select()).error);
  const after = await asService(afterwards(scope)).from("t").select();

  deepStrictEqual(after.error, null);
});
