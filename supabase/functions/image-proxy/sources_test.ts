import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { getAsAnyone, getAsCaller } from "../_shared/get.ts";
import { problem } from "../_shared/problem.ts";
import { goneUpstream, startUpstream } from "../_shared/testing/upstream.ts";
import { supabaseSources } from "./sources.ts";

const PLACE = { bucket: "shop", path: "a b/(1)@2x.png" };

const ABOUT = {
  etag: '"abc"',
  "last-modified": "Sun, 22 Nov 2026 10:00:00 GMT",
  "cache-control": "max-age=60",
};

Deno.test("sources read an object, and what Storage says of it", async () => {
  const asked: string[] = [];
  await using upstream = startUpstream(({ method, url, headers }) => {
    const { pathname } = new URL(url);
    asked.push(`${method} ${pathname} ${headers.get("accept-encoding")}`);
    return new Response(method === "HEAD" ? null : "bytes", { headers: ABOUT });
  });
  const sources = supabaseSources(getAsAnyone(upstream.scope), "public");

  const seen = await sources.look(PLACE);
  const { bytes, ...about } = await sources.read(PLACE, { maxBytes: 5 });

  const path = "/storage/v1/object/public/shop/a%20b/(1)@2x.png";
  deepStrictEqual(asked, [
    `HEAD ${path} identity`,
    `GET ${path} identity`,
  ]);
  strictEqual(new TextDecoder().decode(bytes), "bytes");
  deepStrictEqual(about, {
    etag: "abc",
    lastModified: ABOUT["last-modified"],
    cacheControl: "max-age=60",
  });
  deepStrictEqual(seen, about);
});

function storageError(statusCode: string, status = 400): Response {
  return Response.json({ statusCode, error: "e", message: "m" }, { status });
}

/** A body that goes on for as long as it is read. */
function endless(): Response {
  const chunk = new Uint8Array(1 << 16);
  const body = new ReadableStream({ pull: (it) => it.enqueue(chunk) });
  return new Response(body);
}

const FAILURES: [
  why: string,
  answer: (request: Request) => Response,
  title: string,
][] = [
  [
    "an object that is not there",
    () => storageError("404"),
    "Object not found",
  ],
  ["an object of somebody else", () => storageError("403"), "Object not found"],
  [
    "a name that Storage refuses",
    () => storageError("400"),
    "Object not found",
  ],
  [
    "I21 Storage that cannot",
    () => storageError("544", 500),
    "Storage unavailable",
  ],
  [
    "I21 a proxy that answers instead",
    () => new Response("<html>", { status: 404 }),
    "Storage unavailable",
  ],
  [
    "I3 an upstream that sends one elsewhere",
    ({ url }) => Response.redirect(new URL("/private", url)),
    "Storage unavailable",
  ],
  [
    "I21 an object that comes encoded",
    () => new Response("x", { headers: { "content-encoding": "x-odd" } }),
    "Storage unavailable",
  ],
  [
    "I21 a part that nobody asked for",
    () => new Response("x", { status: 206 }),
    "Storage unavailable",
  ],
  [
    "I21 an object that says it has 10 GB",
    () => new Response("x".repeat(2_000)),
    "Image too large",
  ],
  ["I21 an object without an end", endless, "Image too large"],
  [
    "I21 an object that breaks off",
    () =>
      new Response(
        new ReadableStream({
          pull(it) {
            it.enqueue(new Uint8Array(10));
            it.error(new Error("broken"));
          },
        }),
      ),
    "Storage unavailable",
  ],
];

for (const [why, answer, title] of FAILURES) {
  Deno.test(`${why} is "${title}"`, async () => {
    const visited: string[] = [];
    await using upstream = startUpstream((request) => {
      visited.push(new URL(request.url).pathname.slice(0, 12));
      return answer(request);
    });
    const sources = supabaseSources(getAsAnyone(upstream.scope), "public");

    await rejects(sources.read(PLACE, { maxBytes: 1_000 }), { title });

    deepStrictEqual(visited, ["/storage/v1/"]);
  });
}

Deno.test("a token that Storage refuses is no credential", async () => {
  await using upstream = startUpstream(() => storageError("403"));
  const sources = supabaseSources(getAsCaller(upstream.scope), "caller");

  await rejects(sources.read(PLACE, { maxBytes: 9 }), {
    title: "Unauthenticated",
  });
});

Deno.test("I21 Storage that is not there is unavailable", async () => {
  const sources = supabaseSources(getAsAnyone(await goneUpstream()), "public");

  await rejects(sources.look(PLACE), { title: "Storage unavailable" });
  await rejects(sources.read(PLACE, { maxBytes: 9 }), {
    title: "Storage unavailable",
  });
});

Deno.test("I21 an object that hangs half way ends with its time", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using upstream = startUpstream(() =>
    new Response(
      new ReadableStream({
        async pull(it) {
          it.enqueue(new Uint8Array(10));
          await promise;
          it.close();
        },
      }),
    )
  );
  const signal = AbortSignal.timeout(100);
  const get = getAsAnyone({ ...upstream.scope, signal });

  await rejects(
    supabaseSources(get, "public").read(PLACE, { maxBytes: 1_000 }),
    {
      title: "Storage unavailable",
    },
  );
  resolve();
});

Deno.test("I3 a path stays below its bucket, whatever it is", async () => {
  const visited: string[] = [];
  await using upstream = startUpstream(({ url }) => {
    visited.push(new URL(url).pathname);
    return new Response("x");
  });
  const sources = supabaseSources(getAsAnyone(upstream.scope), "public");

  await sources.read({ bucket: "shop", path: "http://127.0.0.1/x" }, {
    maxBytes: 9,
  });

  deepStrictEqual(visited, [
    "/storage/v1/object/public/shop/http://127.0.0.1/x",
  ]);
});

Deno.test("I21 what its first bytes refuse is not read on", async () => {
  let sent = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  await using upstream = startUpstream(() =>
    new Response(
      new ReadableStream({
        pull(it) {
          sent++;
          it.enqueue(new Uint8Array(1 << 16));
        },
        cancel: () => resolve(),
      }),
    )
  );
  const sources = supabaseSources(getAsAnyone(upstream.scope), "public");
  const refusal = problem(415, "No picture");

  await rejects(
    sources.read(PLACE, {
      maxBytes: 1 << 30,
      check() {
        throw refusal("It is none");
      },
    }),
    { title: "No picture" },
  );

  // What the connection holds, and not a gigabyte.
  await promise;
  strictEqual(sent < 1_000, true, `${sent}`);
});
