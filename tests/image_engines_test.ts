/**
 * Pictures that `image-proxy` has made by somebody else, over HTTP.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import { serve } from "../supabase/functions/_shared/testing/server.ts";
import { type Engine, LOAD } from "../supabase/functions/image-proxy/policy.ts";
import { KINDS, makePictures } from "./engine/pictures.ts";
import { png } from "./engine/png.ts";
import {
  type Answer,
  startStudio,
  type Studio,
  TOKEN,
} from "./images/studio.ts";

const pictures = await makePictures();

function kind(name: string): Uint8Array<ArrayBuffer> {
  const file = pictures[KINDS.findIndex((it) => it.name === name)];
  if (file === undefined) throw new Error(`There is no ${name}`);
  return Uint8Array.from(file);
}

const PHOTO = kind("JPEG, 4:2:0");
const JPEG = { body: PHOTO, type: "image/jpeg" };
const PNG = {
  body: Uint8Array.from(
    png({ width: 1, height: 1 }, Uint8Array.of(0, 1, 2, 3)),
  ),
  type: "image/png",
};
const WEBP = {
  body: new TextEncoder().encode("RIFF\x10\0\0\0WEBPVP8 "),
  type: "image/webp",
};

/** 400 MP: more than this function takes on, and its header says so. */
const COSTLY = png({ width: 20_000, height: 20_000 }, Uint8Array.of(0));

/** Answers with a picture, as Storage and imgproxy do. */
function picture(
  { body, type }: { body: BodyInit; type: string },
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return () =>
    new Response(body, { headers: { "content-type": type, ...headers } });
}

const WASM: Engine = { kind: "wasm" };
const AUTO: Engine = { kind: "auto" };
const STORAGE: Engine = { kind: "storage" };
const IMGPROXY: Engine = { kind: "imgproxy" };
const AUTO_STORAGE: Engine = { kind: "auto", delegate: "storage" };
const AUTO_IMGPROXY: Engine = { kind: "auto", delegate: "imgproxy" };
const ENGINES = [
  ...[WASM, AUTO, STORAGE, IMGPROXY],
  ...[AUTO_STORAGE, AUTO_IMGPROXY],
];

function nameOf(engine: Engine): string {
  const to = engine.kind === "auto" ? engine.delegate : undefined;
  return to === undefined ? engine.kind : `auto with ${to}`;
}

/** Whoever made it. */
function makerOf({ renders, orders }: Studio): string {
  if (renders.length + orders.length === 0) return "wasm";
  return renders.length > orders.length ? "storage" : "imgproxy";
}

const MAKERS: [engine: Engine, cheap: string, costly: string][] = [
  [WASM, "wasm", "nobody"],
  [AUTO, "wasm", "nobody"],
  [STORAGE, "storage", "storage"],
  [IMGPROXY, "imgproxy", "imgproxy"],
  [AUTO_STORAGE, "wasm", "storage"],
  [AUTO_IMGPROXY, "wasm", "imgproxy"],
];

for (const [engine, ...makers] of MAKERS) {
  for (const [at, file] of [PNG.body, COSTLY].entries()) {
    const what = at === 0 ? "what is cheap" : "what is costly";
    const maker = makers[at] ?? "";
    Deno.test(`by the engine ${nameOf(engine)}, ${maker} makes ${what}`, async () => {
      await using studio = startStudio();
      studio.hang("a.png", file);
      studio.storage = picture(PNG);
      studio.imgproxy = picture(PNG);

      const response = await studio.ask("/public/shop/a.png?width=64", engine);

      if (maker === "nobody") {
        const { title, limit, cost } = await response.json();
        deepStrictEqual([response.status, title, limit, cost], [
          ...[422, "Image too costly", 50_000_000, 400_000_000],
        ]);
        deepStrictEqual([studio.renders, studio.orders], [[], []]);
        return;
      }
      strictEqual(response.status, 200);
      strictEqual(makerOf(studio), maker);
      const timing = response.headers.get("server-timing") ?? "";
      const names = timing.split(", ").map((it) => it.replace(/;.*/, ""));
      const rest = maker === "wasm" ? ["decode", "encode"] : ["delegate"];
      deepStrictEqual(names, ["fetch", ...rest]);
      const bytes = await response.bytes();
      if (maker !== "wasm") deepStrictEqual(bytes, PNG.body);
    });
  }
}

const DOORS: [
  door: string,
  url: (studio: Studio) => string | Promise<string>,
  right: string,
  source: string,
][] = [
  [
    "public",
    () => "/public/shop/a%20b.png?width=64",
    "nobody",
    "/storage/v1/object/public/shop/a%20b.png",
  ],
  [
    "authenticated",
    () => "/authenticated/shop/a%20b.png?width=64",
    "caller",
    "/storage/v1/object/sign/shop/a%20b.png?token=a.link.token",
  ],
  [
    "authenticated",
    (studio) => studio.link("a b.png", "width=64"),
    "service",
    "/storage/v1/object/sign/shop/a%20b.png?token=a.link.token",
  ],
];

for (const [door, urlOf, right, source] of DOORS) {
  Deno.test(`Storage makes what ${right} may see by the right of the same`, async () => {
    await using studio = startStudio();
    studio.hang("a b.png", COSTLY);
    studio.storage = picture(PNG);
    const headers = { authorization: `Bearer ${TOKEN}` };

    const url = await urlOf(studio);
    const response = await studio.ask(url, AUTO_STORAGE, { headers });

    strictEqual(response.status, 200);
    await response.body?.cancel();
    const query = "?width=64&resize=contain&quality=80&format=origin";
    deepStrictEqual(studio.renders, [`${door}/shop/a b.png${query} ${right}`]);
    ok(studio.reads.every((it) => it.endsWith(` shop/a b.png ${right}`)));
  });

  Deno.test(`imgproxy gets the address of what ${right} may see, and no right`, async () => {
    await using studio = startStudio();
    studio.hang("a b.png", COSTLY);
    studio.imgproxy = picture(PNG);
    const headers = { authorization: `Bearer ${TOKEN}` };

    const url = await urlOf(studio);
    const response = await studio.ask(url, AUTO_IMGPROXY, { headers });

    strictEqual(response.status, 200);
    await response.body?.cancel();
    const options = "rs:fit:64:0:0/q:80/f:png/ar:1/sm:1/kcr:0/scp:1/cb:djE";
    deepStrictEqual(studio.orders, [`${options} ${source}`]);
    const signed = studio.reads.filter((it) => it.startsWith("POST"));
    const isPublic = right === "nobody";
    deepStrictEqual(
      signed,
      isPublic ? [] : [`POST sign shop/a b.png ${right}`],
    );
  });
}

for (const engine of ENGINES) {
  Deno.test(`what the caller may not see is shown to nobody else: ${nameOf(engine)}`, async () => {
    await using studio = startStudio();
    studio.hang("a.png", COSTLY);
    const headers = { authorization: "Bearer of-somebody-else" };

    const response = await studio.ask(
      "/authenticated/shop/a.png?width=64",
      engine,
      { headers },
    );

    await assertProblem(response, { status: 404, title: "Object not found" });
    deepStrictEqual([studio.renders, studio.orders], [[], []]);
  });
}

const NOT_PICTURES: [why: string, file: Uint8Array, status: number][] = [
  [
    "I11 an SVG",
    new TextEncoder().encode("<svg><script>1</script></svg>"),
    415,
  ],
  ["I12 a page", new TextEncoder().encode("<!doctype html><script>"), 415],
  [
    "I13 a drawing for ImageMagick",
    new TextEncoder().encode("push graphic-context\nfill 'url(x)'"),
    415,
  ],
  ["I10 a PNG that is cut", COSTLY.subarray(0, 20), 422],
];

for (const [why, file, status] of NOT_PICTURES) {
  for (const engine of ENGINES) {
    Deno.test(`${why} reaches nobody: ${nameOf(engine)}`, async () => {
      await using studio = startStudio();
      studio.hang("a.png", file);

      const response = await studio.ask("/public/shop/a.png?width=64", engine);

      strictEqual(response.status, status);
      await response.body?.cancel();
      deepStrictEqual([studio.renders, studio.orders], [[], []]);
    });
  }
}

Deno.test("I10 what turns out broken is left to nobody", async () => {
  await using studio = startStudio();
  studio.hang("a.jpg", PHOTO.subarray(0, PHOTO.length / 2));

  const url = "/public/shop/a.jpg?width=64";
  const response = await studio.ask(url, AUTO_STORAGE);

  await assertProblem(response, { status: 422, title: "Image not readable" });
  deepStrictEqual(studio.renders, []);
});

for (const engine of [STORAGE, IMGPROXY, AUTO_STORAGE, AUTO_IMGPROXY]) {
  const name = nameOf(engine);

  Deno.test(`I15 nobody learns what the caller accepts: ${name}`, async () => {
    await using studio = startStudio();
    studio.hang("a.png", COSTLY);
    studio.storage = picture(WEBP);
    studio.imgproxy = picture(WEBP);
    const headers = { accept: "image/webp,canary/*,*/*;q=0.8" };

    const url = "/public/shop/a.png?width=64";
    const response = await studio.ask(url, engine, { headers });

    strictEqual(response.status, 200);
    strictEqual(response.headers.get("content-type"), "image/webp");
    strictEqual(response.headers.get("vary"), "Accept");
    deepStrictEqual(await response.bytes(), WEBP.body);
    deepStrictEqual([...studio.accepts], ["image/*"]);
    const asked = [...studio.renders, ...studio.orders].join();
    ok(/format=webp|f:webp/.test(asked), asked);
  });

  Deno.test(`what somebody else made is kept as our own is: ${name}`, async () => {
    await using studio = startStudio();
    studio.hang("a.png", COSTLY);
    const theirs = {
      "cache-control": "public, max-age=1",
      "set-cookie": "a=1",
      "content-disposition": "inline",
    };
    studio.storage = picture(PNG, theirs);
    studio.imgproxy = picture(PNG, theirs);
    const url = "/public/shop/a.png?width=64&version=v1";

    const response = await studio.ask(url, engine);
    await response.body?.cancel();
    const tag = response.headers.get("etag") ?? "";
    const headers = { "if-none-match": tag };
    const again = await studio.ask(url, engine, { headers });

    const shown = Object.fromEntries(response.headers);
    const { "cache-control": control, "content-length": length } = shown;
    strictEqual(control, "public, max-age=31536000, immutable");
    strictEqual(length, String(PNG.body.length));
    strictEqual(shown["content-security-policy"], "default-src 'none'");
    strictEqual(shown["x-content-type-options"], "nosniff");
    strictEqual(shown["content-disposition"], undefined);
    strictEqual(shown["set-cookie"], undefined);
    strictEqual(again.status, 304);
    strictEqual(studio.renders.length + studio.orders.length, 1);
  });

  Deno.test(`I18 a hundred who ask at the same time ask others once: ${name}`, async () => {
    await using studio = startStudio();
    studio.hang("a.png", COSTLY);
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = async () => {
      await promise;
      return picture(PNG)(new Request("http://x"));
    };
    studio.storage = late;
    studio.imgproxy = late;
    const url = "/public/shop/a.png?width=64";

    const all = Array.from({ length: 100 }, () => studio.ask(url, engine));
    resolve();
    const answers = await Promise.all(all);

    for (const it of answers) {
      strictEqual(it.status, 200);
      await it.body?.cancel();
    }
    strictEqual(studio.renders.length + studio.orders.length, 1);
  });

  Deno.test(`I16 a picture of an object that changes meanwhile is not shown: ${name}`, async () => {
    await using studio = startStudio();
    studio.hang("a.png", COSTLY);
    const overwrite: Answer = (request) => {
      studio.hang("a.png", COSTLY);
      return picture(PNG)(request);
    };
    studio.storage = overwrite;
    studio.imgproxy = overwrite;

    const url = "/public/shop/a.png?width=64&version=v1";
    const response = await studio.ask(url, engine);

    await assertProblem(response, {
      status: 502,
      title: "Storage unavailable",
    });
    strictEqual(response.headers.get("cache-control"), "no-store");
  });

  Deno.test(`I3 no address of a request reaches anybody: ${name}`, async () => {
    const visits: string[] = [];
    await using canary = serve(({ url }) => {
      visits.push(url);
      return new Response();
    });
    await using studio = startStudio();
    studio.hang("a.png", COSTLY);
    studio.storage = () => Response.redirect(canary.url);
    studio.imgproxy = () => Response.redirect(canary.url);
    const address = encodeURIComponent(canary.url);
    const urls = [
      `/public/shop/a.png?width=64&url=${address}`,
      `/public/shop/a.png?width=64&preset=${address}`,
      `/public/shop/${address}?width=64`,
      `/public/${address}/a.png?width=64`,
      "/public/shop/a.png?width=64", // and then a redirect to it
    ];

    for (const url of urls) {
      const response = await studio.ask(url, engine);
      ok([404, 422, 502].includes(response.status), `${response.status}`);
      await response.body?.cancel();
    }

    deepStrictEqual(visits, []);
    strictEqual(studio.renders.length + studio.orders.length, 1);
  });

  Deno.test(`I3 nothing of a failure elsewhere is shown: ${name}`, async () => {
    await using studio = startStudio();
    studio.hang("a.png", COSTLY);
    const oops = () =>
      new Response("canary of the upstream", {
        status: 500,
        headers: { "x-canary": "canary" },
      });
    studio.storage = oops;
    studio.imgproxy = oops;
    const headers = { authorization: `Bearer ${TOKEN}` };

    const url = "/authenticated/shop/a.png?width=64";
    const response = await studio.ask(url, engine, { headers });

    strictEqual(response.status, 502);
    const shown = JSON.stringify([...response.headers]) + await response.text();
    for (const secret of ["canary", TOKEN, "a.link.token", "rs:"]) {
      strictEqual(shown.includes(secret), false, secret);
    }
  });
}

/** A studio whose picture is too costly here, and refused elsewhere. */
function startRefusing() {
  const studio = startStudio();
  studio.hang("a.png", COSTLY);
  studio.storage = studio.imgproxy = () =>
    Response.json({ statusCode: "422", message: "too large" }, { status: 422 });
  return studio;
}

Deno.test("I7 what the others refuse as well is too costly, with the cost", async () => {
  for (const engine of [AUTO_STORAGE, AUTO_IMGPROXY]) {
    await using studio = startRefusing();
    const url = "/public/shop/a.png?width=64";
    const response = await studio.ask(url, engine);

    await assertProblem(response, {
      status: 422,
      title: "Image too costly",
      what: "pixels",
      limit: 50_000_000,
      cost: 400_000_000,
    });
  }
});

Deno.test("what whoever makes all pictures refuses is not possible", async () => {
  for (const engine of [STORAGE, IMGPROXY]) {
    await using studio = startRefusing();
    const url = "/public/shop/a.png?width=64";
    const response = await studio.ask(url, engine);

    await assertProblem(response, {
      status: 422,
      title: "Image not possible",
      engine: engine.kind,
    });
  }
});

Deno.test("what Storage cannot do is not asked of it", async () => {
  const url = "/public/shop/a.png?width=64&format=jpeg";
  const titles = [];
  for (const engine of [STORAGE, AUTO_STORAGE]) {
    await using studio = startStudio();
    studio.hang("a.png", COSTLY);

    const response = await studio.ask(url, engine);

    strictEqual(response.status, 422);
    titles.push((await response.json()).title);
    deepStrictEqual(studio.renders, []);
  }

  deepStrictEqual(titles, ["Image not possible", "Image too costly"]);
});

Deno.test("imgproxy makes a JPEG of what shows through, on the background", async () => {
  await using studio = startStudio();
  studio.hang("a.png", COSTLY);
  studio.imgproxy = picture(JPEG);
  const options =
    "width=64&height=32&format=jpeg&background=00ff00&resize=fill";

  const url = await studio.link("a.png", options);
  const response = await studio.ask(url, AUTO_IMGPROXY);

  strictEqual(response.status, 200);
  await response.body?.cancel();
  const [order = ""] = studio.orders;
  ok(order.startsWith("rs:force:64:32:1/q:80/f:jpg/bg:00ff00/"), order);
});

Deno.test("a plan without image transformation is said", async () => {
  for (const engine of [STORAGE, AUTO_STORAGE]) {
    await using studio = startStudio();
    studio.hang("a.png", COSTLY);
    studio.storage = () =>
      Response.json({ statusCode: "403", error: "FeatureNotEnabled" }, {
        status: 403,
      });

    const url = "/public/shop/a.png?width=64";
    const response = await studio.ask(url, engine);

    const title = "Image transformation not enabled";
    await assertProblem(response, { status: 501, title });
  }
});

Deno.test("an imgproxy that is not configured is said, once it is needed", async () => {
  await using studio = startStudio(false);
  studio.hang("a.png", COSTLY);
  studio.hang("b.png", PNG.body);

  const costly = await studio.ask("/public/shop/a.png?width=64", AUTO_IMGPROXY);
  const cheap = await studio.ask("/public/shop/b.png?width=64", AUTO_IMGPROXY);

  const title = "Image service not configured";
  await assertProblem(costly, { status: 501, title });
  strictEqual(cheap.status, 200);
  await cheap.body?.cancel();
  deepStrictEqual(studio.orders, []);
});

Deno.test("I19 who waits for others keeps nobody from what is made here", async () => {
  await using studio = startStudio();
  studio.hang("a.png", COSTLY);
  studio.hang("b.png", PNG.body);
  const { promise, resolve } = Promise.withResolvers<void>();
  const busy = Promise.withResolvers<void>();
  studio.storage = async (request) => {
    if (studio.renders.length > LOAD.atOnce) busy.resolve();
    await promise;
    return picture(PNG)(request);
  };
  const slow = Array.from({ length: LOAD.atOnce + 1 }, async (_, at) => {
    const url = await studio.link("a.png", `width=${at + 1}`);
    return await studio.ask(url, AUTO_STORAGE);
  });
  await busy.promise;

  const url = "/public/shop/b.png?width=64";
  const response = await studio.ask(url, AUTO_STORAGE);

  strictEqual(response.status, 200);
  await response.body?.cancel();
  resolve();
  for (const it of await Promise.all(slow)) {
    strictEqual(it.status, 200);
    await it.body?.cancel();
  }
});
