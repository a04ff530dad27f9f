import {
  deepStrictEqual,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import { getAsAnyone, getAsCaller, getAsService } from "./get.ts";
import { testConfig } from "./testing/config.ts";
import { startUpstream } from "./testing/upstream.ts";

Deno.test("each kind of get sends its credentials, and no others", async () => {
  const seen: unknown[] = [];
  await using upstream = startUpstream(({ method, headers }) => {
    const sent = ["apikey", "authorization", "range"].map((it) =>
      headers.get(it)
    );
    seen.push([method, ...sent]);
    return new Response();
  });
  const { scope } = upstream;
  const range = { range: "bytes=0-1" };

  await getAsAnyone(scope)("/a", {}, "HEAD");
  await getAsCaller(scope)("/a", range);
  await getAsCaller({ ...scope, bearer: undefined })("/a", {});
  await getAsService(scope)("/a", {});

  deepStrictEqual(seen, [
    ["HEAD", null, null, null],
    ["GET", "sb_publishable_test", "Bearer token", "bytes=0-1"],
    ["GET", "sb_publishable_test", null, null],
    ["GET", "sb_secret_test", "Bearer sb_secret_test", null],
  ]);
});

Deno.test("a question is sent as JSON, with the same credentials", async () => {
  const seen: unknown[] = [];
  await using upstream = startUpstream(async (request) => {
    const { method, headers } = request;
    const sent = ["content-type", "authorization", "x-own"].map((it) =>
      headers.get(it)
    );
    seen.push([method, ...sent, await request.json()]);
    return new Response();
  });
  const own = { "x-own": "1" };

  await getAsCaller(upstream.scope)("/a", own, { json: { expiresIn: 60 } });

  deepStrictEqual(seen, [
    ["POST", "application/json", "Bearer token", "1", { expiresIn: 60 }],
  ]);
});

Deno.test("nobody is sent elsewhere with a credential", async () => {
  const visited: string[] = [];
  await using upstream = startUpstream(({ url }) => {
    visited.push(new URL(url).pathname);
    return Response.redirect(new URL("/elsewhere", url));
  });

  await rejects(getAsService(upstream.scope)("/a", {}), TypeError);

  deepStrictEqual(visited, ["/a"]);
});

Deno.test("getAsService() says which key is missing", async () => {
  await using upstream = startUpstream(() => new Response());
  const config = testConfig("http://x", { SUPABASE_SECRET_KEYS: "{}" });

  throws(() => getAsService({ ...upstream.scope, config }), /SECRET_KEYS/);
  strictEqual(config.secretKeys["default"], undefined);
});
