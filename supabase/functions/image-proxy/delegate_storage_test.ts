import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import {
  type Get,
  getAsAnyone,
  getAsCaller,
  getAsService,
} from "../_shared/get.ts";
import type { Scope } from "../_shared/route.ts";
import { goneUpstream, startUpstream } from "../_shared/testing/upstream.ts";
import { MiB } from "../_shared/units.ts";
import { storageDelegate } from "./delegate_storage.ts";
import type { Errand } from "./errand.ts";
import type { Viewer } from "./sources.ts";

const ERRAND: Errand = {
  place: { bucket: "shop", path: "a b/(1)@2x.png" },
  etag: "v1",
  width: 300,
  height: 200,
  resize: "cover",
  gravity: "ce",
  format: "webp",
  isOriginal: false,
  quality: 80,
  background: "ffffff",
  isEnlarged: false,
};

const WEBP = "RIFF\x10\0\0\0WEBPVP8 ";
const DONE = "height:200,width:300,resizing_type:fill,quality:80,format:webp";

function picture(
  body: BodyInit = WEBP,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const usual = {
    "content-type": "image/webp",
    etag: '"v1"',
    "x-transformations": DONE,
  };
  return new Response(body, { headers: { ...usual, ...headers } });
}

const DOORS: [
  viewer: Viewer,
  getAs: (scope: Scope) => Get,
  door: string,
  token: string | null,
][] = [
  ["public", getAsAnyone, "public", null],
  ["caller", getAsCaller, "authenticated", "Bearer token"],
  ["service", getAsService, "authenticated", "Bearer sb_secret_test"],
];

for (const [viewer, getAs, door, token] of DOORS) {
  Deno.test(`Storage is asked by the right of the ${viewer}, for exactly this`, async () => {
    const asked: unknown[] = [];
    await using upstream = startUpstream(({ method, url, headers }) => {
      const { pathname, search } = new URL(url);
      const sent = ["authorization", "accept"].map((it) => headers.get(it));
      asked.push([method, pathname, search, ...sent]);
      return picture();
    });
    const delegate = storageDelegate(getAs(upstream.scope), viewer);

    const made = await delegate.make(ERRAND);

    const path = `/storage/v1/render/image/${door}/shop/a%20b/(1)@2x.png`;
    const query = "?width=300&height=200&resize=cover&quality=80&format=webp";
    deepStrictEqual(asked, [["GET", path, query, token, "image/*"]]);
    strictEqual(made?.format, "webp");
    strictEqual(new TextDecoder().decode(made?.bytes), WEBP);
    deepStrictEqual(Object.keys(made?.timings ?? {}), ["delegate"]);
  });
}

const QUERIES: [change: Partial<Errand>, query: string, done: string][] = [
  [{ isOriginal: true }, "format=origin", ""],
  [
    { height: undefined, resize: "contain" },
    "width=300&resize=contain&quality=80&format=webp",
    "width:300",
  ],
  [{ gravity: "noea" }, "gravity=noea", "gravity:noea"],
  [
    { gravity: { x: 0.25, y: 1 } },
    "gravity=fp&x_offset=0.25&y_offset=1",
    "gravity:fp:0.25:1",
  ],
];

for (const [change, query, done] of QUERIES) {
  Deno.test(`Storage is asked for ${query}`, async () => {
    const asked: string[] = [];
    await using upstream = startUpstream(({ url }) => {
      asked.push(new URL(url).search);
      return picture(WEBP, { "x-transformations": `${DONE},${done}` });
    });
    const delegate = storageDelegate(getAsAnyone(upstream.scope), "public");

    const made = await delegate.make({ ...ERRAND, ...change });

    strictEqual(asked[0]?.endsWith(query), true, asked[0]);
    strictEqual(made?.format, "webp");
  });
}

const NOT_DONE: [why: string, change: Partial<Errand>, done: string][] = [
  ["a version that knows no gravity", { gravity: "no" }, DONE],
  ["another gravity", { gravity: "no" }, `${DONE},gravity:north`],
  ["a lower limit of sides", {}, DONE.replace("300", "200")],
  ["nothing", {}, ""],
];

for (const [why, change, done] of NOT_DONE) {
  Deno.test(`a picture with ${why} is not the one that was wanted`, async () => {
    await using upstream = startUpstream(() =>
      picture(WEBP, { "x-transformations": done })
    );
    const delegate = storageDelegate(getAsAnyone(upstream.scope), "public");

    strictEqual(await delegate.make({ ...ERRAND, ...change }), undefined);
  });
}

for (const gravity of ["ce", "no"] as const) {
  const isTaken = gravity === "ce";
  Deno.test(`who does not say what was done is ${isTaken ? "" : "not "}believed gravity ${gravity}`, async () => {
    await using upstream = startUpstream(() => {
      const answer = picture();
      answer.headers.delete("x-transformations");
      return answer;
    });
    const delegate = storageDelegate(getAsAnyone(upstream.scope), "public");

    const made = await delegate.make({ ...ERRAND, gravity });

    strictEqual(made !== undefined, isTaken);
  });
}

function failure(statusCode: string, rest: object = {}, status = 400) {
  const body = { statusCode, error: "e", message: "m", ...rest };
  return Response.json(body, { status });
}

/** A body that goes on for as long as it is read. */
function endless(): Response {
  const chunk = new Uint8Array(1 << 16);
  chunk.set(new TextEncoder().encode(WEBP));
  return picture(new ReadableStream({ pull: (it) => it.enqueue(chunk) }));
}

const UNAVAILABLE = "Storage unavailable";
const NOT_ENABLED = "Image transformation not enabled";

const FAILURES: [why: string, answer: () => Response, title: string][] = [
  [
    "a plan without it",
    // Source: src/http/plugins/tenant-feature.ts of supabase/storage.
    () => failure("403", { error: "FeatureNotEnabled" }, 403),
    NOT_ENABLED,
  ],
  [
    "the same, as other routes say it",
    () => failure("409", { code: "FeatureNotEnabled" }),
    NOT_ENABLED,
  ],
  [
    "a server without the route",
    () =>
      failure("404", {
        message: "Route GET:/render/image/public/shop/a not found",
      }, 404),
    NOT_ENABLED,
  ],
  ["an object that has gone", () => failure("404"), "Object not found"],
  ["I21 Storage that cannot", () => failure("500", {}, 500), UNAVAILABLE],
  ["I21 too many who ask", () => failure("429", {}, 429), UNAVAILABLE],
  [
    "I21 a proxy that answers instead",
    () => new Response("<html>", { status: 404 }),
    UNAVAILABLE,
  ],
  [
    "I12 a page that calls itself a picture",
    () => picture("<!doctype html><script>1</script>"),
    UNAVAILABLE,
  ],
  [
    "I12 a picture that calls itself a page",
    () => picture(WEBP, { "content-type": "text/html" }),
    UNAVAILABLE,
  ],
  [
    "I11 an SVG",
    () => picture("<svg/>", { "content-type": "image/svg+xml" }),
    UNAVAILABLE,
  ],
  [
    "I12 a picture of another format",
    () => picture("\xff\xd8\xff", { "content-type": "image/jpeg" }),
    UNAVAILABLE,
  ],
  ["I12 no bytes", () => picture(""), UNAVAILABLE],
  [
    "I21 a picture that comes encoded",
    () => picture(WEBP, { "content-encoding": "x-odd" }),
    UNAVAILABLE,
  ],
  [
    "I21 a part that nobody asked for",
    () => new Response(WEBP, { status: 206, headers: picture().headers }),
    UNAVAILABLE,
  ],
  ["I21 a picture without an end", endless, UNAVAILABLE],
  [
    "I21 a picture of more than 10 MiB",
    () => picture(WEBP + "\0".repeat(10 * MiB - WEBP.length + 1)),
    UNAVAILABLE,
  ],
  [
    "I16 a picture of another version",
    () => picture(WEBP, { etag: '"v2"' }),
    UNAVAILABLE,
  ],
];

for (const [why, answer, title] of FAILURES) {
  Deno.test(`${why}, from Storage that makes pictures, is "${title}"`, async () => {
    await using upstream = startUpstream(answer);
    const delegate = storageDelegate(getAsAnyone(upstream.scope), "public");

    await rejects(delegate.make(ERRAND), { title });
  });
}

Deno.test("a picture of 10 MiB is taken", async () => {
  const body = WEBP + "\0".repeat(10 * MiB - WEBP.length);
  await using upstream = startUpstream(() => picture(body));
  const delegate = storageDelegate(getAsAnyone(upstream.scope), "public");

  const made = await delegate.make(ERRAND);

  strictEqual(made?.bytes.length, 10 * MiB);
});

for (const statusCode of ["400", "413", "415", "422"]) {
  Deno.test(`what Storage refuses with ${statusCode}, it will not make`, async () => {
    await using upstream = startUpstream(() => failure(statusCode));
    const delegate = storageDelegate(getAsAnyone(upstream.scope), "public");

    strictEqual(await delegate.make(ERRAND), undefined);
  });
}

Deno.test("I3 Storage that sends one elsewhere is not followed", async () => {
  const canary: string[] = [];
  await using elsewhere = startUpstream(({ url }) => {
    canary.push(url);
    return picture();
  });
  await using upstream = startUpstream(() =>
    Response.redirect(`${elsewhere.scope.config.supabaseUrl}/private`)
  );
  const delegate = storageDelegate(getAsService(upstream.scope), "service");

  await rejects(delegate.make(ERRAND), { title: UNAVAILABLE });

  deepStrictEqual(canary, []);
});

Deno.test("I21 Storage that is not there is unavailable", async () => {
  const get = getAsAnyone(await goneUpstream());

  await rejects(storageDelegate(get, "public").make(ERRAND), {
    title: UNAVAILABLE,
  });
});

Deno.test("I21 a picture that hangs half way ends with its time", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using upstream = startUpstream(() =>
    picture(
      new ReadableStream({
        async pull(it) {
          it.enqueue(new TextEncoder().encode(WEBP));
          await promise;
          it.close();
        },
      }),
    )
  );
  const signal = AbortSignal.timeout(100);
  const get = getAsAnyone({ ...upstream.scope, signal });

  await rejects(storageDelegate(get, "public").make(ERRAND), {
    title: UNAVAILABLE,
  });
  resolve();
});
