import { createHmac } from "node:crypto";
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { blankJournal } from "../_shared/telemetry/journal.ts";
import { serve } from "../_shared/testing/server.ts";
import { imgproxyDelegate } from "./delegate_imgproxy.ts";
import type { Errand } from "./errand.ts";

const ERRAND: Errand = {
  place: { bucket: "shop", path: "a.jpg" },
  etag: "v1",
  width: 300,
  height: 200,
  resize: "cover",
  gravity: "no",
  format: "jpeg",
  isOriginal: true,
  quality: 75,
  background: "00ff00",
  isEnlarged: false,
};

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0);
const KEY = "secret";
const SALT = "hello";
const SOURCE = "https://project.example/storage/v1/object/public/shop/a.jpg";

function picture(
  body: BodyInit = JPEG,
  type = "image/jpeg",
  status = 200,
): Response {
  return new Response(body, { status, headers: { "content-type": type } });
}

function hex(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return Array.from(bytes, (it) => it.toString(16).padStart(2, "0")).join("");
}

/** An imgproxy at `url`, by the delegate that is tested. */
function delegateAt(url: string, signal = new AbortController().signal) {
  const imgproxy = { url, key: hex(KEY), salt: hex(SALT) };
  const scope = { signal, journal: blankJournal() };
  return imgproxyDelegate(imgproxy, () => Promise.resolve(SOURCE), scope);
}

Deno.test("imgproxy is asked for exactly this, with a signature, and nothing of the caller", async () => {
  const asked: unknown[] = [];
  await using server = serve(({ method, url, headers }) => {
    asked.push([method, new URL(url).pathname, [...headers.keys()].sort()]);
    return picture();
  });

  const made = await delegateAt(`${server.url}/prefix`).make(ERRAND);

  const encoded = btoa(SOURCE).replaceAll("=", "");
  const path = "/rs:fill:300:200:0/g:no/q:75/f:jpg/bg:00ff00" +
    `/ar:1/sm:1/kcr:0/scp:1/cb:djE/${encoded}`;
  const mac = createHmac("sha256", KEY).update(SALT).update(path);
  deepStrictEqual(asked, [[
    "GET",
    `/prefix/${mac.digest("base64url")}${path}`,
    ["accept", "accept-encoding", "accept-language", "host", "user-agent"],
  ]]);
  deepStrictEqual(made?.bytes, JPEG);
  strictEqual(made?.format, "jpeg");
  deepStrictEqual(Object.keys(made?.timings ?? {}), ["delegate"]);
});

const TITLE = "Image service unavailable";

const FAILURES: [why: string, answer: () => Response][] = [
  ["a signature that it does not know", () => picture("Forbidden", "", 403)],
  ["a source that it cannot reach", () => picture("Not found", "", 404)],
  ["too many who ask", () => picture("Busy", "", 429)],
  ["an error of its own", () => picture("Oops", "", 500)],
  ["I12 a page that calls itself a picture", () => picture("<script>")],
  ["I12 a picture that calls itself a page", () => picture(JPEG, "text/html")],
  ["I12 a picture of another format", () => picture(JPEG, "image/png")],
  [
    "I12 another format than was asked for",
    () => picture("\x89PNG\r\n\x1a\n", "image/png"),
  ],
  ["I11 an SVG", () => picture("<svg/>", "image/svg+xml")],
  [
    "I21 a picture without an end",
    () => {
      const chunk = new Uint8Array(1 << 16);
      chunk.set(JPEG);
      return picture(
        new ReadableStream({ pull: (it) => it.enqueue(chunk) }),
      );
    },
  ],
];

for (const [why, answer] of FAILURES) {
  Deno.test(`${why}, from imgproxy, is "${TITLE}"`, async () => {
    await using server = serve(answer);

    await rejects(delegateAt(server.url).make(ERRAND), {
      title: TITLE,
      status: 502,
    });
  });
}

for (const status of [413, 415, 422]) {
  Deno.test(`what imgproxy refuses with ${status}, it will not make`, async () => {
    await using server = serve(() => picture("no", "text/plain", status));

    strictEqual(await delegateAt(server.url).make(ERRAND), undefined);
  });
}

Deno.test("I3 imgproxy that sends one elsewhere is not followed", async () => {
  const canary: string[] = [];
  await using elsewhere = serve(({ url }) => {
    canary.push(url);
    return picture();
  });
  await using server = serve(() => Response.redirect(elsewhere.url));

  await rejects(delegateAt(server.url).make(ERRAND), { title: TITLE });

  deepStrictEqual(canary, []);
});

Deno.test("I21 imgproxy that is not there is unavailable", async () => {
  const server = serve(() => picture());
  await server[Symbol.asyncDispose]();

  await rejects(delegateAt(server.url).make(ERRAND), { title: TITLE });
});

Deno.test("I21 imgproxy that says nothing is not waited for", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using server = serve(async () => {
    await promise;
    return picture();
  });
  const delegate = delegateAt(server.url, AbortSignal.timeout(100));

  await rejects(delegate.make(ERRAND), { title: TITLE });

  resolve();
});
