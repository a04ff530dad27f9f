/**
 * What a page shows until a picture is there: over HTTP, against what the readers
 * of each kind make of it.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { decode, encode, isBlurhashValid } from "blurhash";
import { thumbHashToRGBA } from "thumbhash";
import { assertProblem } from "../supabase/functions/_shared/testing/assert.ts";
import { PLACEHOLDERS } from "../supabase/functions/_shared/image_formats.ts";
import { difference } from "./engine/likeness.ts";
import { type Calls, sharp } from "./engine/oracle.ts";
import { AVIF_KINDS, KINDS, makeKinds, SIZE } from "./engine/pictures.ts";
import { startGallery } from "./images/gallery.ts";

const RAW: Calls = [["toColourspace", "srgb"], ["ensureAlpha"], ["raw"]];

const NAMES = [
  "JPEG, 4:2:0",
  "JPEG, EXIF orientation 7",
  "PNG, truecolour with alpha",
  "AVIF, 4:4:4",
];
const kinds = [...KINDS, ...AVIF_KINDS].filter(({ name }) =>
  NAMES.includes(name)
);
const files = await makeKinds(kinds, SIZE);

interface Placeholder {
  readonly placeholder: string;
  readonly value: string;
  readonly width: number;
  readonly height: number;
}

async function placeholderOf(
  file: Uint8Array,
  query: string,
): Promise<Placeholder> {
  await using gallery = startGallery();
  gallery.hang("a", file);
  const response = await gallery.ask(`/public/shop/a?placeholder=${query}`);
  strictEqual(response.status, 200, await response.clone().text());
  strictEqual(response.headers.get("content-type"), "application/json");
  return await response.json();
}

/** `file` as sharp sees it, of a size, before white. */
async function seen(
  file: Uint8Array,
  { width, height }: { width: number; height: number },
): Promise<Uint8Array> {
  const box = { width, height, fit: "fill" };
  const calls: Calls = [
    ...[["rotate"], ["resize", box]] as const,
    ...[["flatten", { background: "#ffffff" }], ...RAW] as const,
  ];
  const [pixels] = await sharp([{ input: file, calls }]);
  if (pixels === undefined) throw new Error("sharp has made nothing");
  return pixels;
}

/** In a blur, the mean difference of what is seen, of 255. */
function assertBlurred(ours: Uint8Array, theirs: Uint8Array, why: string) {
  for (const channel of [0, 1, 2] as const) {
    const off = difference(ours, theirs, channel);
    ok(off < 26, `${why}: channel ${channel} is off by ${off}`);
  }
}

for (const [at, { name }] of kinds.entries()) {
  const file = files[at] ?? new Uint8Array();
  const isTurned = name.endsWith("orientation 7");
  const upright = isTurned
    ? { width: SIZE.height, height: SIZE.width }
    : { ...SIZE };
  const small = isTurned
    ? { width: 43, height: 64 }
    : { width: 64, height: 43 };

  Deno.test(`I14 ${name}: its BlurHash is a blur of it`, async () => {
    const { value, width, height } = await placeholderOf(file, "blurhash");

    deepStrictEqual({ width, height }, upright);
    strictEqual(isBlurhashValid(value).result, true);
    // Of the same drawing, made small by sharp.
    const pixels = new Uint8ClampedArray(await seen(file, small));
    const { width: w, height: h } = small;
    const [across, down] = isTurned ? [3, 4] : [4, 3];
    const theirs = encode(pixels, w, h, across, down);
    const [a, b] = [value, theirs].map((it) =>
      new Uint8Array(decode(it, w, h))
    );
    ok(a && b);
    for (const channel of [0, 1, 2] as const) {
      const off = difference(a, b, channel);
      ok(off < 4, `channel ${channel} is off by ${off}`);
    }
  });

  Deno.test(`I14 ${name}: its ThumbHash is a blur of it`, async () => {
    const { value, width, height } = await placeholderOf(file, "thumbhash");

    deepStrictEqual({ width, height }, upright);
    const bytes = new Uint8Array(Buffer.from(value, "base64"));
    ok(bytes.length <= 28, `${bytes.length}`);
    const blur = thumbHashToRGBA(bytes);
    const size = { width: blur.w, height: blur.h };
    strictEqual(blur.w > blur.h, !isTurned);
    const input = blur.rgba;
    const [flat = new Uint8Array()] = await sharp([{
      input,
      raw: { ...size, channels: 4 },
      calls: [["flatten", { background: "#ffffff" }], ...RAW],
    }]);
    assertBlurred(flat, await seen(file, size), name);
  });

  Deno.test(`I14 ${name}: its data URI is it, as small as can be`, async () => {
    const { value, width, height } = await placeholderOf(file, "lqip");

    deepStrictEqual({ width, height }, upright);
    match(value, /^data:image\/webp;base64,/);
    ok(value.length < 1_000, `${value.length} characters`);
    const input = Buffer.from(value.split(",")[1] ?? "", "base64");
    const [about = new Uint8Array()] = await sharp([{
      input,
      calls: [["metadata"]],
    }]);
    const { width: across, height: down } = JSON.parse(
      new TextDecoder().decode(about),
    );
    strictEqual(Math.max(across, down), 32);
    const size = { width: across, height: down };
    assertBlurred(await seen(input, size), await seen(file, size), name);
  });
}

Deno.test("the dominant colour is the one that sharp finds", async () => {
  const at = kinds.findIndex(({ name }) => name === "JPEG, 4:2:0");
  const file = files[at] ?? new Uint8Array();
  const [about = new Uint8Array()] = await sharp([
    { input: file, calls: [["stats"]] },
  ]);
  const { dominant: { r, g, b } } = JSON.parse(new TextDecoder().decode(about));

  const { value } = await placeholderOf(file, "dominant");

  match(value, /^#[0-9a-f]{6}$/);
  const ours = [1, 3, 5].map((at) => parseInt(value.slice(at, at + 2), 16));
  for (const [i, theirs] of [r, g, b].entries()) {
    const off = Math.abs((ours[i] ?? 0) - theirs);
    ok(off <= 16, `${value} instead of ${r}, ${g}, ${b}`);
  }
});

/** Two colours side by side, the left one on `share` of it. */
async function flag(
  share: number,
  left: readonly number[],
  right: readonly number[],
): Promise<Uint8Array> {
  const size = { width: 60, height: 60 };
  const pixels = Array.from(
    { length: 60 * 60 },
    (_, at) => at % 60 < 60 * share ? left : right,
  );
  const [file = new Uint8Array()] = await sharp([{
    input: Uint8Array.from(pixels.flat()),
    raw: { ...size, channels: 4 },
    calls: [["png"]],
  }]);
  return file;
}

Deno.test("the dominant colour is the one there is most of", async () => {
  const red = [200, 16, 46, 255];
  const white = [255, 255, 255, 255];

  const most = await placeholderOf(await flag(0.7, red, white), "dominant");
  const least = await placeholderOf(await flag(0.3, red, white), "dominant");

  deepStrictEqual(
    [most, least],
    ["#c8102e", "#ffffff"].map((value) => {
      return { placeholder: "dominant", value, width: 60, height: 60 };
    }),
  );
});

Deno.test("the dominant colour is not one that nobody sees", async () => {
  const hidden = [10, 200, 10, 0];
  const file = await flag(0.9, hidden, [200, 16, 46, 255]);

  const { value } = await placeholderOf(file, "dominant");

  strictEqual(value, "#c8102e");
});

Deno.test("a BlurHash is of what is seen before the background", async () => {
  const clear = await flag(0.5, [0, 0, 0, 0], [0, 0, 0, 0]);

  const { value } = await placeholderOf(clear, "blurhash&background=2050c0");

  const [r = 0, g = 0, b = 0] = decode(value, 1, 1);
  for (const [ours, theirs] of [[r, 0x20], [g, 0x50], [b, 0xc0]] as const) {
    ok(Math.abs(ours - theirs) <= 9, `${r}, ${g}, ${b}`);
  }
});

Deno.test("a placeholder is of one dot, and of a line", async () => {
  const dot = await sharp([1, 2].map((times) => ({
    input: Uint8Array.of(9, 9, 9, 255),
    raw: { width: 1, height: 1, channels: 4 },
    calls: [
      ["resize", {
        width: 1,
        height: times === 1 ? 1 : 900,
        kernel: "nearest",
      }],
      ["png"],
    ],
  })));

  for (const file of dot) {
    for (const placeholder of PLACEHOLDERS) {
      const found = await placeholderOf(file, placeholder);
      strictEqual(found.placeholder, placeholder);
      strictEqual(found.width, 1);
    }
  }
});

const WRONG = [
  ...["placeholder=blurhash&width=32", "placeholder=lqip&format=webp"],
  ...["placeholder=BlurHash", "placeholder=", "placeholder=lqip&preset=thumb"],
];

for (const query of WRONG) {
  Deno.test(`I2 ${query} is refused, and nothing is read`, async () => {
    await using gallery = startGallery();
    gallery.hang("a", files[0] ?? new Uint8Array());

    const response = await gallery.ask(`/public/shop/a?${query}`);

    await assertProblem(response, { status: 422, title: "Invalid input" });
    deepStrictEqual(gallery.reads, []);
  });
}

Deno.test("a placeholder has an ETag, and is as private as its picture", async () => {
  await using gallery = startGallery();
  gallery.hang("a", files[0] ?? new Uint8Array());
  const link = await gallery.link("a", "placeholder=thumbhash");

  const first = await gallery.ask(link);
  const { value } = await first.json();
  const etag = first.headers.get("etag") ?? "";
  const again = await gallery.ask(link, { headers: { "if-none-match": etag } });
  const other = await gallery.ask("/public/shop/a?placeholder=blurhash");

  ok(value.length > 10);
  strictEqual(again.status, 304);
  match(first.headers.get("cache-control") ?? "", /^private/);
  strictEqual(first.headers.get("vary")?.includes("Accept") ?? false, false);
  strictEqual(other.headers.get("etag") === etag, false);
  await other.body?.cancel();
});
