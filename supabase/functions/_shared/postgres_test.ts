import { deepStrictEqual, rejects } from "node:assert/strict";
import * as v from "valibot";
import { asService } from "./clients.ts";
import { callSql } from "./postgres.ts";
import {
  goneUpstream,
  startUpstream,
  type Upstream,
} from "./testing/upstream.ts";

const Answer = v.object({ n: v.number() });

function call(scope: Upstream["scope"]) {
  return callSql(asService(scope), "count", { of: "x" }, Answer);
}

Deno.test("callSql() calls the function of portico_api with the secret key", async () => {
  const seen: unknown[] = [];
  await using upstream = startUpstream(async (request) => {
    const { headers, url } = request;
    const names = ["content-profile", "apikey"];
    seen.push(new URL(url).pathname, ...names.map((it) => headers.get(it)));
    seen.push(await request.json());
    return Response.json({ n: 1 });
  });

  deepStrictEqual(await call(upstream.scope), { n: 1 });
  deepStrictEqual(seen, [
    "/rest/v1/rpc/count",
    "portico_api",
    "sb_secret_test",
    { of: "x" },
  ]);
});

const title = "Database unavailable";

Deno.test("callSql() says when the database is away", async () => {
  const away = [
    () => Response.json({ code: "PGRST002" }, { status: 503 }),
    () => new Response("<html>", { status: 502 }),
  ];
  for (const answer of away) {
    await using upstream = startUpstream(answer);
    await rejects(call(upstream.scope), { status: 503, title });
  }
  await rejects(call(await goneUpstream()), { status: 503, title });
});

Deno.test("callSql() does not take a refusal for a passing fault", async () => {
  const body = { code: "42501", message: "permission denied" };
  await using upstream = startUpstream(() =>
    Response.json(body, { status: 403 })
  );

  await rejects(call(upstream.scope), /portico_api\.count: 42501 permission/);
});

Deno.test("callSql() takes no answer but the one it expects", async () => {
  await using upstream = startUpstream(() => Response.json({ n: "1" }));

  await rejects(call(upstream.scope), /Cannot read the answer of portico_api/);
});
