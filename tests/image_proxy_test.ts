/**
 * `image-proxy` over HTTP, before a Storage of one's own.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  deepStrictEqual,
  notStrictEqual,
  ok,
  strictEqual,
} from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import { LOAD } from "../supabase/functions/image-proxy/policy.ts";
import { KINDS, makePictures } from "./engine/pictures.ts";
import { chunk, mended, packed, png } from "./engine/png.ts";
import { phoneFile } from "./heic/pictures.ts";
import { startGallery } from "./images/gallery.ts";

const MiB = 2 ** 20;
const BROWSER = { accept: "image/avif,image/webp,image/*,*/*;q=0.8" };
const WEBP = { accept: "image/webp" };
const pictures = await makePictures();

function kind(name: string): Uint8Array {
  const at = KINDS.findIndex((it) => it.name === name);
  const file = pictures[at];
  if (file === undefined) throw new Error(`There is no ${name}`);
  return file;
}

const PHOTO = kind("JPEG, 4:2:0");
const ONE = png({ width: 1, height: 1 }, Uint8Array.of(0, 200, 100, 50));

/** By its first bytes, which is what counts. */
function formatOf(bytes: Uint8Array): string {
  const start = Buffer.from(bytes).toString("latin1", 0, 12);
  if (start.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (start.startsWith("\x89PNG")) return "image/png";
  return start.startsWith("RIFF") && start.endsWith("WEBP")
    ? "image/webp"
    : start.slice(4) === "ftypavif"
    ? "image/avif"
    : start;
}

const NOT_PICTURES: [why: string, name: string, text: string][] = [
  ["I11 an SVG with a script", "a.svg", "<svg><script>alert(1)</script></svg>"],
  [
    "I11 an SVG that reads a file",
    "a.svg",
    '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
  ],
  ["I11 an SVG called PNG", "a.png", "<svg/>"],
  ["I12 a page called PNG", "a.png", "<!doctype html><script>1</script>"],
  [
    "I13 a drawing for ImageMagick",
    "a.jpg",
    "push graphic-context\nfill 'url(x)'",
  ],
  ["I13 a program in PHP", "a.jpg", "<?php system($_GET['c']);"],
];

for (const [why, name, text] of NOT_PICTURES) {
  Deno.test(`${why} is refused, and nothing of it is sent`, async () => {
    await using gallery = startGallery();
    gallery.hang(name, new TextEncoder().encode(text), {
      "content-type": "image/png",
    });

    const response = await gallery.ask(`/public/shop/${name}?width=64`);

    const title = "Image format not supported";
    await assertProblem(response, { status: 415, title });
    strictEqual(response.headers.get("cache-control"), "no-store");
  });
}

for (
  const [why, text] of [
    ["I12 a GIF that is a script", "GIF89a/*\0\0\0*/=alert(1)"],
    ["I8 a GIF of 50,000 frames", "GIF89a" + ",\0".repeat(50_000)],
  ] as const
) {
  Deno.test(`${why} is broken, and nothing of it is sent`, async () => {
    await using gallery = startGallery();
    gallery.hang("a.gif", new TextEncoder().encode(text));

    const response = await gallery.ask("/public/shop/a.gif?width=64");

    const title = "Image not readable";
    await assertProblem(response, { status: 422, title });
  });
}

Deno.test("I12 the type is that of the bytes, whatever Storage says", async () => {
  await using gallery = startGallery();
  const script = new TextEncoder().encode("<script>alert(1)</script>");
  const polyglot = Buffer.concat([PHOTO, script]);
  gallery.hang("a.html", polyglot, { "content-type": "text/html" });

  const response = await gallery.ask("/public/shop/a.html?width=64");

  const { headers } = response;
  strictEqual(headers.get("content-type"), "image/jpeg");
  strictEqual(headers.get("x-content-type-options"), "nosniff");
  strictEqual(headers.get("content-security-policy"), "default-src 'none'");
  const bytes = await response.bytes();
  strictEqual(formatOf(bytes), "image/jpeg");
  strictEqual(Buffer.from(bytes).includes("script"), false);
});

const CANARY = "canary-of-the-metadata";
const text = new TextEncoder().encode(`Comment\0${CANARY}`);
const ROWS = Buffer.alloc(8 * 25, 99).fill(0, 0, 1);
const exif = Buffer.from(`Exif\0\0II*\0\x08\0\0\0\0\0${CANARY}`, "latin1");
const CARRIERS: [why: string, file: Uint8Array][] = [
  [
    // CVE-2022-44268 puts the name of a file where this is.
    "I13 a PNG with a text",
    mended(pngOf(chunk("tEXt", text))),
  ],
  ["I13 a PNG with a packed text", mended(pngOf(packed("zTXt", text)))],
  [
    "I13 a JPEG with EXIF",
    Buffer.concat([
      PHOTO.subarray(0, 2),
      Buffer.from([0xff, 0xe1, 0, exif.length + 2]),
      exif,
      PHOTO.subarray(2),
    ]),
  ],
  [
    "I13 a JPEG with a comment",
    Buffer.concat([
      PHOTO.subarray(0, 2),
      Buffer.from([0xff, 0xfe, 0, text.length + 2]),
      text,
      PHOTO.subarray(2),
    ]),
  ],
];

function pngOf(before: Uint8Array): Uint8Array {
  for (let y = 0; y < 8; y++) ROWS[25 * y] = 0;
  return png({ width: 8, height: 8 }, ROWS, before);
}

for (const [why, file] of CARRIERS) {
  Deno.test(`${why} comes without it`, async () => {
    await using gallery = startGallery();
    gallery.hang("a", file);
    for (const format of ["origin", "webp", "png", "jpeg"]) {
      const response = await gallery.ask(
        `/public/shop/a?width=64&format=${format}`,
      );

      strictEqual(response.status, 200);
      const bytes = Buffer.from(await response.bytes());
      strictEqual(bytes.includes(CANARY), false, format);
    }
  });
}

const ACCEPTS: [accept: string, type: string][] = [
  [BROWSER.accept, "image/avif"],
  ["image/webp,*/*", "image/webp"],
  ["*/*", "image/jpeg"],
  ["image/webp;q=0,image/png", "image/jpeg"],
  [",;/", "image/jpeg"],
];

for (const [accept, type] of ACCEPTS) {
  Deno.test(`I15 who accepts ${accept} gets ${type}`, async () => {
    await using gallery = startGallery();
    gallery.hang("a.jpg", PHOTO);
    const url = "/public/shop/a.jpg?width=64";

    const response = await gallery.ask(url, { headers: { accept } });

    strictEqual(response.headers.get("content-type"), type);
    strictEqual(formatOf(await response.bytes()), type);
    strictEqual(response.headers.get("vary"), "Accept");
  });
}

Deno.test("I15 a format that is asked for does not vary", async () => {
  await using gallery = startGallery();
  gallery.hang("a.jpg", PHOTO);
  for (const [format, type] of [["png", "png"], ["origin", "jpeg"]] as const) {
    const response = await gallery.ask(
      `/public/shop/a.jpg?width=64&format=${format}`,
      { headers: BROWSER },
    );

    strictEqual(formatOf(await response.bytes()), `image/${type}`);
    strictEqual(response.headers.get("vary"), null);
  }
});

Deno.test("I15 two who accept other formats have other tags", async () => {
  await using gallery = startGallery();
  gallery.hang("a.jpg", PHOTO);
  const url = "/public/shop/a.jpg?width=64";

  const old = await gallery.ask(url);
  const tag = old.headers.get("etag") ?? "";
  const headers = { ...WEBP, "if-none-match": tag };
  const response = await gallery.ask(url, { headers });

  strictEqual(response.status, 200);
  strictEqual(formatOf(await response.bytes()), "image/webp");
});

Deno.test("I16 an object that is overwritten is another picture", async () => {
  await using gallery = startGallery();
  gallery.hang("a.jpg", PHOTO);
  const url = "/public/shop/a.jpg?width=64";
  const before = await gallery.ask(url);
  const tag = before.headers.get("etag") ?? "";

  gallery.hang("a.jpg", ONE);
  const after = await gallery.ask(url, { headers: { "if-none-match": tag } });

  strictEqual(after.status, 200);
  notStrictEqual(after.headers.get("etag"), tag);
  strictEqual(formatOf(await after.bytes()), "image/png");
});

Deno.test("I16 two spellings of one picture have one tag", async () => {
  await using gallery = startGallery();
  gallery.hang("a b@c.jpg", PHOTO);
  const tags = [];
  for (
    const url of [
      "/public/shop/a%20b@c.jpg?width=64&quality=80&resize=cover",
      "/public/shop/a%20b%40c.jpg?width=64",
    ]
  ) {
    const response = await gallery.ask(url);
    strictEqual(response.status, 200);
    await response.body?.cancel();
    tags.push(response.headers.get("etag"));
  }

  strictEqual(new Set(tags).size, 1);
  ok(/^"[\w-]{22}"$/.test(tags[0] ?? ""), `${tags[0]}`);
});

const SPELLINGS = [
  ...[
    "%61.jpg",
    "a%2Ejpg",
    "a.jp%67",
    "b%2f..%2fa.jpg",
    "%e0%80%af",
    "a.jpg%00",
  ],
  ...["..%2fa.jpg", "a.jpg%3fx", "%zz"],
];

for (const spelling of SPELLINGS) {
  Deno.test(`I16 ${spelling} is no spelling of a path`, async () => {
    await using gallery = startGallery();
    gallery.hang("a.jpg", PHOTO);

    const response = await gallery.ask(`/public/shop/${spelling}?width=64`);

    ok([404, 422].includes(response.status), `${response.status}`);
    deepStrictEqual(gallery.reads, []);
    await response.body?.cancel();
  });
}

const QUERIES: [why: string, query: string][] = [
  ["I1 a width of letters", "width=NaN"],
  ["I2 a width given twice", "width=64&width=64"],
  ["I2 an unknown parameter", "width=64&blur=1"],
  ["I3 an address", "width=64&url=http://127.0.0.1/"],
  ["I4 a token on a public route", "width=64&token=a"],
  ["I22 a side of 2,501", "width=2501"],
];

for (const [why, query] of QUERIES) {
  Deno.test(`${why} is refused before anything is read`, async () => {
    await using gallery = startGallery();
    gallery.hang("a.jpg", PHOTO);

    const response = await gallery.ask(`/public/shop/a.jpg?${query}`);

    await assertProblem(response, { status: 422, title: "Invalid input" });
    deepStrictEqual(gallery.reads, []);
  });
}

Deno.test("a version is the ETag of the object, and is kept for ever", async () => {
  await using gallery = startGallery();
  gallery.hang("a.jpg", PHOTO, { etag: 'W/"abc-1"' });
  const url = "/public/shop/a.jpg?width=64&version=";

  const right = await gallery.ask(`${url}abc-1`);
  const wrong = await gallery.ask(`${url}abc-2`);

  strictEqual(
    right.headers.get("cache-control"),
    "public, max-age=31536000, immutable",
  );
  await right.body?.cancel();
  await assertProblem(wrong, { status: 404, title: "Object not found" });
});

Deno.test("I17 what is not public is not kept by shared caches", async () => {
  await using gallery = startGallery();
  gallery.hang("a.jpg", PHOTO, { "cache-control": "public, max-age=3600" });

  const open = await gallery.ask("/public/shop/a.jpg?width=64");
  const link = await gallery.ask(await gallery.link("a.jpg", "width=64", 9));
  const lost = await gallery.ask("/public/shop/b.jpg?width=64");

  for (const it of [open, link, lost]) await it.body?.cancel();
  const control = (it: Response) => it.headers.get("cache-control");
  strictEqual(control(open), "public, max-age=3600");
  ok(/^private, max-age=[89]$/.test(control(link) ?? ""), `${control(link)}`);
  strictEqual(control(lost), "no-store");
  strictEqual(lost.status, 404);
});

Deno.test("I18 a hundred who ask at the same time cost as much as one", async () => {
  await using gallery = startGallery();
  gallery.hang("a.jpg", PHOTO);
  const { promise, resolve } = Promise.withResolvers<void>();
  gallery.before = () => promise;
  const url = "/public/shop/a.jpg?width=64";

  const all = Array.from({ length: 100 }, () => gallery.ask(url));
  resolve();
  const answers = await Promise.all(all);
  const bytes = await Promise.all(answers.map((it) => it.bytes()));

  deepStrictEqual(gallery.reads, ["GET shop/a.jpg"]);
  for (const it of bytes) deepStrictEqual(it, bytes[0]);
  deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
});

Deno.test("I18 a failure is everybody's who waits, and nobody's later", async () => {
  await using gallery = startGallery();
  const url = "/public/shop/a.jpg?width=64";
  const { promise, resolve } = Promise.withResolvers<void>();
  gallery.before = () => promise;

  const all = Array.from({ length: 10 }, () => gallery.ask(url));
  resolve();
  for (const it of await Promise.all(all)) {
    await assertProblem(it, { status: 404, title: "Object not found" });
  }
  deepStrictEqual(gallery.reads, ["GET shop/a.jpg"]);
  gallery.hang("a.jpg", PHOTO);

  const later = await gallery.ask(url);
  strictEqual(later.status, 200);
  await later.body?.cancel();
});

Deno.test("I18 who goes away takes nothing from the others", async () => {
  await using gallery = startGallery();
  gallery.hang("a.jpg", PHOTO);
  const { promise, resolve } = Promise.withResolvers<void>();
  gallery.before = () => promise;
  const url = "/public/shop/a.jpg?width=64";
  const controller = new AbortController();

  const gone = gallery.ask(url, { signal: controller.signal });
  const here = gallery.ask(url);
  controller.abort();
  resolve();

  const response = await here;
  strictEqual(response.status, 200);
  await response.body?.cancel();
  await (await gone).body?.cancel();
});

Deno.test("I19 of 500 who ask for different pictures, some are told to wait", async () => {
  await using gallery = startGallery();
  gallery.hang("a.jpg", PHOTO);
  const urls = await Promise.all(
    Array.from(
      { length: 500 },
      (_, at) => gallery.link("a.jpg", `width=${at + 1}&format=jpeg`),
    ),
  );
  const rss = Deno.memoryUsage().rss;

  const answers = await Promise.all(urls.map((it) => gallery.ask(it)));

  const served = answers.filter(({ status }) => status === 200);
  const busy = answers.filter(({ status }) => status === 503);
  strictEqual(served.length, LOAD.atOnce + LOAD.waiting);
  strictEqual(served.length + busy.length, 500);
  for (const it of busy) strictEqual(it.headers.get("retry-after"), "5");
  strictEqual(gallery.reads.length, served.length);
  ok(Deno.memoryUsage().rss - rss < 100 * MiB);
  for (const it of answers) await it.body?.cancel();
});

/** The tag of a picture that is there, by asking for it once. */
async function tagged(gallery: ReturnType<typeof startGallery>, url: string) {
  const response = await gallery.ask(url);
  await response.body?.cancel();
  gallery.reads.length = 0;
  return response.headers.get("etag") ?? "";
}

const CONDITIONS: [
  why: string,
  headers: (tag: string) => Record<string, string>,
  status: number,
][] = [
  ["the tag", (tag) => ({ "if-none-match": tag }), 304],
  ["the tag in a list", (tag) => ({ "if-none-match": `"a", ${tag}` }), 304],
  ["the tag, weakly", (tag) => ({ "if-none-match": `W/${tag}` }), 304],
  ["any tag", () => ({ "if-none-match": "*" }), 304],
  ["another tag", () => ({ "if-none-match": '"a"' }), 200],
  [
    "the tag, and a range",
    (tag) => ({ "if-none-match": tag, range: "bytes=0-9" }),
    304,
  ],
  ["a range", () => ({ range: "bytes=0-9" }), 200],
  [
    "its date",
    () => ({ "if-modified-since": "Sun, 22 Nov 2026 10:00:00 GMT" }),
    304,
  ],
  [
    "an earlier date",
    () => ({ "if-modified-since": "Sat, 21 Nov 2026 10:00:00 GMT" }),
    200,
  ],
  [
    "its date, but another tag",
    () => ({
      "if-modified-since": "Sun, 22 Nov 2026 10:00:00 GMT",
      "if-none-match": '"a"',
    }),
    200,
  ],
];

for (const [why, conditions, status] of CONDITIONS) {
  Deno.test(`I20 who has ${why} gets ${status}`, async () => {
    await using gallery = startGallery();
    gallery.hang("a.jpg", PHOTO);
    const url = "/public/shop/a.jpg?width=64";
    const tag = await tagged(gallery, url);

    const headers = conditions(tag);
    const response = await gallery.ask(url, { headers });

    strictEqual(response.status, status);
    strictEqual(response.headers.get("etag"), tag);
    strictEqual(response.headers.get("vary"), "Accept");
    strictEqual(response.headers.get("cache-control"), "public, max-age=60");
    const bytes = await response.bytes();
    strictEqual(bytes.length === 0, status === 304);
    // Nothing was downloaded, so nothing was decoded.
    strictEqual(gallery.reads.includes("GET shop/a.jpg"), status === 200);
  });
}

Deno.test("I20 HEAD says what GET would, and sends nothing", async () => {
  await using gallery = startGallery();
  gallery.hang("a.jpg", PHOTO);
  const url = "/public/shop/a.jpg?width=64&format=webp";

  const got = await gallery.ask(url);
  const head = await gallery.ask(url, { method: "HEAD" });

  const shown = (it: Response) =>
    [...it.headers].filter(([name]) =>
      !["server-timing", "x-request-id"].includes(name)
    );
  deepStrictEqual(shown(head), shown(got));
  strictEqual((await head.bytes()).length, 0);
  const length = String((await got.bytes()).length);
  strictEqual(got.headers.get("content-length"), length);
});

Deno.test("I21 an object that says it is larger than allowed is not read", async () => {
  await using gallery = startGallery();
  gallery.hang("a.jpg", Buffer.concat([PHOTO, Buffer.alloc(25 * MiB)]));

  const response = await gallery.ask("/public/shop/a.jpg?width=64");

  const title = "Image too large";
  await assertProblem(response, { status: 413, title, maxBytes: 25 * MiB });
});

const COSTLY: [why: string, file: Uint8Array, status: number][] = [
  [
    "I7 a PNG of 400 MP",
    png({ width: 20_000, height: 20_000 }, Uint8Array.of(0)),
    422,
  ],
  [
    "a PNG that is interlaced and of 16 MP",
    png({ width: 4_000, height: 4_000, interlaced: true }, Uint8Array.of(0)),
    422,
  ],
  ["I7 a HEIC of 200 MP in 768 tiles", await phoneFile(32, 24), 422],
];

for (const [why, file, status] of COSTLY) {
  Deno.test(`${why} is refused with what it would cost`, async () => {
    await using gallery = startGallery();
    gallery.hang("a.png", file);

    const response = await gallery.ask("/public/shop/a.png?width=64");

    const { title, limit, cost } = await response.json();
    strictEqual(response.status, status);
    strictEqual(title, "Image too costly");
    ok(cost > limit, `${cost} > ${limit}`);
  });
}

Deno.test("I10 a file that is cut is refused, and the next is made", async () => {
  await using gallery = startGallery();
  gallery.hang("a.jpg", PHOTO.subarray(0, PHOTO.length / 2));
  gallery.hang("b.jpg", PHOTO);

  const cut = await gallery.ask("/public/shop/a.jpg?width=64");
  const whole = await gallery.ask("/public/shop/b.jpg?width=64");

  await assertProblem(cut, { status: 422, title: "Image not readable" });
  strictEqual(whole.status, 200);
  await whole.body?.cancel();
});

Deno.test("I8 an APNG of 20,000 frames is its first one", async () => {
  const frames = Array.from({ length: 20_000 }, (_, at) => {
    const control = Buffer.alloc(26);
    control.writeUInt32BE(2 * at, 0);
    control.writeUInt32BE(8, 4);
    control.writeUInt32BE(8, 8);
    return chunk("fcTL", control);
  });
  const claim = Buffer.alloc(8);
  claim.writeUInt32BE(20_000);
  const file = pngOf(Buffer.concat([chunk("acTL", claim), ...frames]));
  await using gallery = startGallery();
  gallery.hang("a.png", file);

  const response = await gallery.ask("/public/shop/a.png?width=64");

  strictEqual(response.status, 200);
  const bytes = await response.bytes();
  ok(bytes.length < 1_000, `${bytes.length}`);
  strictEqual(Buffer.from(bytes).includes("acTL"), false);
});

Deno.test("a download has a safe name, with the extension that it is", async () => {
  await using gallery = startGallery();
  gallery.hang("dir/a.b.jpg", PHOTO);
  const url = "/public/shop/dir/a.b.jpg?width=64";

  const own = await gallery.ask(`${url}&download=`, { headers: WEBP });
  const named = await gallery.ask(`${url}&download=%22%C3%BC.webp`);
  const given = await gallery.ask(`${url}&download=%C3%BC.jpg`);
  const shown = await gallery.ask(url);

  for (const it of [own, given, shown]) await it.body?.cancel();
  await assertProblem(named, { status: 422, title: "Invalid input" });
  const header = (it: Response) => it.headers.get("content-disposition");
  strictEqual(
    header(own),
    "attachment; filename=\"a.b.webp\"; filename*=UTF-8''a.b.webp",
  );
  strictEqual(
    header(given),
    "attachment; filename=\"_.jpg\"; filename*=UTF-8''%C3%BC.jpg",
  );
  strictEqual(header(shown), null);
});

Deno.test("server-timing says what took how long", async () => {
  await using gallery = startGallery();
  gallery.hang("a.jpg", PHOTO);

  const response = await gallery.ask("/public/shop/a.jpg?width=64");

  const timing = response.headers.get("server-timing") ?? "";
  const metrics = timing.split(", ").map((it) => it.split(";dur="));
  const names = ["fetch", 'decode;desc="decode and resize"', "encode"];
  deepStrictEqual(metrics.map(([name]) => name), names);
  ok(metrics.every(([, ms]) => Number(ms) >= 0), timing);
  await response.body?.cancel();
});

const FOREIGN: [why: string, change: (url: string) => string][] = [
  ["I4 no token", (url) => url.replace(/\?.*/, "")],
  ["I4 another path", (url) => url.replace("a.jpg", "b.jpg")],
  ["I4 a width beside the token", (url) => `${url}&width=64`],
  ["I4 a token cut short", (url) => url.slice(0, -2)],
  ["I6 the public route", (url) => url.replace("/sign/", "/public/")],
];

for (const [why, change] of FOREIGN) {
  Deno.test(`${why} with a link shows nothing, and reads nothing`, async () => {
    await using gallery = startGallery();
    gallery.hang("a.jpg", PHOTO);
    gallery.hang("b.jpg", PHOTO);
    const url = await gallery.link("a.jpg", "width=64");

    const response = await gallery.ask(change(url));

    ok([403, 422].includes(response.status), `${response.status}`);
    await response.body?.cancel();
    deepStrictEqual(gallery.reads, []);
  });
}

Deno.test("I4 a link that has expired shows nothing", async () => {
  await using gallery = startGallery();
  gallery.hang("a.jpg", PHOTO);

  const response = await gallery.ask(await gallery.link("a.jpg", "width=9", 0));

  await assertProblem(response, { status: 403, title: "Link not valid" });
  deepStrictEqual(gallery.reads, []);
});
