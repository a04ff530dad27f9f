/**
 * Every format over HTTP: what is read, and what becomes of it.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import { bmpSource } from "../supabase/functions/image-proxy/bmp/source.ts";
import { readHeader } from "../supabase/functions/image-proxy/header/read.ts";
import { pngOf, shown } from "./animation/film.ts";
import { type Calls, sharp } from "./engine/oracle.ts";
import { filmedOf } from "./gif/gallery.ts";
import { type Files, HALVES, makeFiles } from "./images/formats.ts";
import { startGallery } from "./images/gallery.ts";
import { seenOf } from "./images/seen.ts";

const RAW: Calls = [
  ...[["toColourspace", "srgb"], ["removeAlpha"]] as const,
  ["raw"],
];
const files = await makeFiles();
const FORMATS = Object.keys(files) as (keyof Files)[];

async function answerTo(
  file: Uint8Array,
  query: string,
  accept = "*/*",
): Promise<Response> {
  await using gallery = startGallery();
  gallery.hang("a", file);
  return await gallery.ask(await gallery.link("a", query), {
    headers: { accept },
  });
}

/** The middle of the left half and of the right one. */
async function halvesOf(file: Uint8Array): Promise<number[][]> {
  const header = readHeader(file);
  ok(typeof header === "object", `${header}`);
  const { width, height } = header.size;
  const isBmp = header.format === "bmp";
  const pixels = isBmp
    ? (await seenOf(await bmpSource(file))).pixels
    : (await sharp([{ input: file, calls: RAW }]))[0] ?? new Uint8Array();
  const each = isBmp ? 4 : 3;
  const row = width * Math.floor(height / 2);
  return [0.25, 0.75].map((part) => {
    const at = each * (row + Math.floor(width * part));
    return [...pixels.subarray(at, at + 3)];
  });
}

function assertHalves(found: number[][], why: string): void {
  for (const [i, half] of found.entries()) {
    for (const [channel, value] of half.entries()) {
      const off = Math.abs(value - (HALVES[i]?.[channel] ?? 0));
      ok(off <= 12, `${why}: ${JSON.stringify(found)}`);
    }
  }
}

for (const format of FORMATS) {
  const file = files[format];

  for (const type of ["webp", "jpeg", "png", "avif", "gif", "bmp", "tiff"]) {
    Deno.test(`I14 ${format} becomes ${type}`, async () => {
      const response = await answerTo(file, `width=32&format=${type}`);

      strictEqual(response.status, 200);
      strictEqual(response.headers.get("content-type"), `image/${type}`);
      strictEqual(response.headers.get("x-content-type-options"), "nosniff");
      const bytes = await response.bytes();
      const header = readHeader(bytes);
      ok(typeof header === "object", `${header}`);
      deepStrictEqual(header.size, { width: 32, height: 24 });
      strictEqual(header.format, type);
      assertHalves(await halvesOf(bytes), format);
    });
  }

  Deno.test(`I15 ${format} is what whoever asks shows`, async () => {
    const safe = format === "bmp" || format === "tiff" || format === "avif"
      ? "image/jpeg"
      : "image/png";

    const webp = await answerTo(file, "width=32", "image/webp");
    const any = await answerTo(file, "width=32");

    strictEqual(webp.headers.get("content-type"), "image/webp");
    strictEqual(any.headers.get("content-type"), safe);
    await webp.body?.cancel();
    await any.body?.cancel();
  });

  Deno.test(`I10 ${format} that breaks off is refused`, async () => {
    // What is behind the picture of an icon is not missed.
    const half = file.subarray(0, Math.floor(file.length * 0.4));

    const response = await answerTo(half, "width=32");

    const title = "Image not readable";
    await assertProblem(response, { status: 422, title });
  });
}

for (const type of ["webp", "jpeg", "png", "avif", "gif", "bmp", "tiff"]) {
  Deno.test(`I14 heic becomes ${type}`, async () => {
    const name = new URL("files/heic/420.heic", import.meta.url);
    const file = await Deno.readFile(name);

    const response = await answerTo(file, `width=32&format=${type}`);

    strictEqual(response.status, 200);
    strictEqual(response.headers.get("content-type"), `image/${type}`);
    const header = readHeader(await response.bytes());
    strictEqual(typeof header === "object" && header.format, type);
  });
}

Deno.test("I15 heic is a JPEG to who shows nothing newer", async () => {
  const name = new URL("files/heic/420.heic", import.meta.url);

  const response = await answerTo(await Deno.readFile(name), "width=32");

  strictEqual(response.headers.get("content-type"), "image/jpeg");
  await response.body?.cancel();
});

const PAYLOAD = "<?php system($_GET['c']); ?><script>alert(1)</script>";

/** With what nobody should be sent: behind its end, or where texts are. */
function laden(format: keyof Files): Uint8Array {
  const text = PAYLOAD.replaceAll("<", "&lt;");
  if (format === "svg") {
    const svg = new TextDecoder().decode(files.svg);
    return new TextEncoder().encode(
      svg.replace("<path", `<metadata>${text}</metadata><path`),
    );
  }
  const payload = new TextEncoder().encode(PAYLOAD);
  if (format !== "gif") return Uint8Array.from([...files[format], ...payload]);
  // A comment before the trailer: GIF89a, section 24.
  const comment = [0x21, 0xfe, payload.length, ...payload, 0];
  const body = files.gif.subarray(0, -1);
  return Uint8Array.from([...body, ...comment, 0x3b, ...payload]);
}

for (const format of FORMATS) {
  Deno.test(`I13 what is hidden in ${format} is in nothing that is made of it`, async () => {
    for (const type of ["webp", "png", "gif", "bmp", "tiff"]) {
      const response = await answerTo(laden(format), `width=32&format=${type}`);

      strictEqual(response.status, 200, `${format} to ${type}`);
      const text = new TextDecoder("latin1").decode(await response.bytes());
      strictEqual(/php|script|system/.test(text), false, type);
    }
  });
}

Deno.test("an SVG is drawn as large as it is asked for", async () => {
  const response = await answerTo(files.svg, "width=1000&format=png");

  const bytes = await response.bytes();
  const header = readHeader(bytes);
  deepStrictEqual(
    typeof header === "object" && header.size,
    { width: 1000, height: 750 },
  );
  const [pixels = new Uint8Array()] = await sharp([
    { input: bytes, calls: RAW },
  ]);
  // Nothing between the colours: it was not enlarged.
  const row = pixels.subarray(3 * 1000 * 300, 3 * 1000 * 301);
  const reds = new Set(row.filter((_, at) => at % 3 === 0));
  ok(reds.size <= 3, `${[...reds]}`);
});

const REASONS: [why: string, content: string, reason: RegExp][] = [
  ["a script", "<script>alert(1)</script>", /Scripts are not run/],
  ["a handler", '<path onload="alert(1)" d="M0 0"/>', /Scripts are not run/],
  ["a page", "<foreignObject/>", /foreignObject/],
  ["a picture", '<image href="http://127.0.0.1/a.png"/>', /somewhere else/],
  ["text in another script", "<text>丂</text>", /U\+4E02/],
  [
    "a font",
    "<style>@font-face{src:url(http://127.0.0.1/a)}</style>",
    /loads a font/,
  ],
];

for (const [why, content, reason] of REASONS) {
  Deno.test(`I11 an SVG with ${why} is 415, and says why`, async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg">${content}</svg>`;

    const response = await answerTo(new TextEncoder().encode(svg), "width=32");

    strictEqual(response.status, 415);
    const { title, detail } = await response.json();
    strictEqual(title, "Image format not supported");
    match(detail, reason);
  });
}

Deno.test("I11 an SVG with entities is 415, and says why", async () => {
  const svg = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' +
    '<svg xmlns="http://www.w3.org/2000/svg">&x;</svg>';

  const response = await answerTo(new TextEncoder().encode(svg), "width=32");

  strictEqual(response.status, 415);
  match((await response.json()).detail, /entities/);
});

/** Three frames of a colour each. */
const FRAMES = [[200, 0, 0, 255], [0, 200, 0, 255], [0, 0, 200, 255]].map(
  (colour) =>
    Uint8Array.from({ length: 4 * 40 * 30 }, (_, at) => colour[at % 4] ?? 0),
);
const DELAYS = [100, 200, 300];

async function moving(format: "gif" | "webp" | "png"): Promise<Uint8Array> {
  const size = { width: 40, height: 30 };
  if (format === "png") return pngOf(FRAMES, size, DELAYS);
  return await filmedOf(FRAMES, size, [[format, { delay: DELAYS, loop: 0 }]]);
}

for (const from of ["gif", "webp", "png"] as const) {
  for (const to of ["gif", "webp", "png"] as const) {
    Deno.test(`an animated ${from} moves as ${to}, in its own time`, async () => {
      const query = `width=20&format=${to}`;

      const response = await answerTo(await moving(from), query);

      strictEqual(response.headers.get("content-type"), `image/${to}`);
      const { pictures, size, delays, plays } = await shown(
        await response.bytes(),
      );
      deepStrictEqual(size, { width: 20, height: 15 });
      deepStrictEqual(delays, DELAYS);
      strictEqual(plays, 0);
      for (const [i, picture] of pictures.entries()) {
        const [most] = [0, 1, 2].sort((a, b) =>
          (picture[b] ?? 0) - (picture[a] ?? 0)
        );
        strictEqual(most, i);
      }
    });
  }

  Deno.test(`an animated ${from} is its first frame where nothing moves`, async () => {
    const response = await answerTo(await moving(from), "width=20&format=jpeg");

    const [pixels = new Uint8Array()] = await sharp([
      { input: await response.bytes(), calls: RAW },
    ]);
    const [red = 0, green = 255, blue = 255] = pixels;
    ok(red > 180 && green < 20 && blue < 20, `${red} ${green} ${blue}`);
  });
}

Deno.test("an animated GIF moves for who accepts WebP, and for who does not", async () => {
  const file = await moving("gif");

  const webp = await answerTo(file, "width=20", "image/webp");
  const any = await answerTo(file, "width=20");

  strictEqual(webp.headers.get("content-type"), "image/webp");
  strictEqual(any.headers.get("content-type"), "image/gif");
  strictEqual((await shown(await webp.bytes())).pictures.length, 3);
  strictEqual((await shown(await any.bytes())).pictures.length, 3);
});
