/**
 * `signed-upload` when what it stands on fails half way: a real database, and
 * a Storage that is down, wrong, or never answers.
 *
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import { testConfig } from "../supabase/functions/_shared/testing/config.ts";
import { serve } from "../supabase/functions/_shared/testing/server.ts";
import signedUpload from "../supabase/functions/signed-upload/index.ts";
import { startWorld, tokenOf } from "./world.ts";

const world = await startWorld();
Deno.test.afterAll(async () => await world[Symbol.asyncDispose]());

/** The stack, but for Storage, which answers as `storage` does. */
function stackWith(storage: () => Response | Promise<Response>) {
  const { url, keys } = world.stack;
  const server = serve(async ({ url: asked, method, headers, body }) => {
    const { pathname, search } = new URL(asked);
    if (pathname.startsWith("/storage/")) return await storage();
    return await fetch(`${url}${pathname}${search}`, { method, headers, body });
  });
  const config = testConfig(server.url, {
    SUPABASE_PUBLIC_URL: url,
    SUPABASE_JWKS: JSON.stringify(keys.jwks),
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret }),
  });
  return {
    fetch: signedUpload.within(config).fetch,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function askAsSomebody(
  fetch: (request: Request) => Promise<Response>,
): Promise<Response> {
  const token = await tokenOf(await world.newPerson());
  return await fetch(
    new Request("http://localhost/signed-upload", {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({
        bucket: "photos",
        name: "me.png",
        type: "image/png",
        bytes: 1000,
      }),
    }),
  );
}

async function openUploads(): Promise<number> {
  const [row] = await world.rows<{ n: number }>(
    "select count(*)::int as n from portico.uploads",
  );
  return row?.n ?? NaN;
}

const FAULTS: [why: string, storage: () => Response][] = [
  ["is down", () => new Response("upstream down", { status: 503 })],
  ["answers garbage", () => new Response("<html>", { status: 200 })],
  ["gives no token", () => Response.json({ url: "/x" })],
  ["fails inside", () => Response.json({ statusCode: "500" }, { status: 400 })],
];

for (const [why, storage] of FAULTS) {
  Deno.test(`signed-upload leaves no row when Storage ${why}`, async () => {
    await using stack = stackWith(storage);

    const response = await askAsSomebody(stack.fetch);

    const title = "Storage unavailable";
    await assertProblem(response, { status: 502, title });
    strictEqual(await openUploads(), 0);
  });
}

Deno.test("signed-upload leaves no row when Storage never answers", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  await using stack = stackWith(() => promise);

  const response = await askAsSomebody(stack.fetch); // when its time is up

  await assertProblem(response, { status: 504, title: "Timed out" });
  // The row goes after the answer, which nobody holds up for it. The database
  // is in this process: its queries alone would let no network in between.
  const end = performance.now() + 10_000;
  while (await openUploads() > 0 && performance.now() < end) {
    await new Promise((go) => setTimeout(go));
  }
  strictEqual(await openUploads(), 0);
  resolve(new Response());
});
