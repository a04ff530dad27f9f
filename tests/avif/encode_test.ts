/**
 * What is encoded, as sharp decodes it, beside what sharp encodes.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { decode } from "../../supabase/functions/image-proxy/avif/decoder.ts";
import {
  type AvifOptions,
  encode,
} from "../../supabase/functions/image-proxy/avif/encoder.ts";
import type { Pixels } from "../../supabase/functions/image-proxy/avif/pixels.ts";
import { difference, likeness } from "../engine/likeness.ts";
import { sharp } from "../engine/oracle.ts";
import { SIZE } from "../engine/pictures.ts";
import { metadata } from "./metadata.ts";
import { drawings, RAW } from "./pictures.ts";

const { opaque, clear } = await drawings();
const QUALITY = 60;
const [flat, holed, theirFile] = await sharp([
  { input: opaque, calls: RAW },
  { input: clear, calls: RAW },
  {
    input: opaque,
    calls: [["avif", {
      quality: QUALITY,
      effort: 4,
      chromaSubsampling: "4:2:0",
    }]],
  },
]);

function pictureOf(pixels: Uint8Array | undefined, hasAlpha: boolean): Pixels {
  return { ...SIZE, hasAlpha, pixels: pixels ?? new Uint8Array() };
}

const OPAQUE = pictureOf(flat, false);
const CLEAR = pictureOf(holed, true);

async function encoded(
  picture: Pixels,
  options: AvifOptions,
): Promise<Uint8Array> {
  const file = await encode(picture, options);
  if (typeof file === "string") throw new Error(file);
  return file;
}

/** The file as sharp decodes it. */
async function seen(file: Uint8Array): Promise<Uint8Array> {
  const [pixels] = await sharp([{ input: file, calls: RAW }]);
  return pixels ?? new Uint8Array();
}

for (const speed of [6, 7, 8, 9, 10] as const) {
  Deno.test(`encode() at speed ${speed} is nearly as good as sharp`, async () => {
    const options = { quality: QUALITY, speed, cost: Infinity };
    const theirs = await seen(theirFile ?? new Uint8Array());

    const file = await encoded(OPAQUE, options);

    const ours = await seen(file);
    for (const channel of [0, 1, 2] as const) {
      const alike = likeness(ours, OPAQUE.pixels, SIZE, channel);
      const floor = likeness(theirs, OPAQUE.pixels, SIZE, channel) - 0.03;
      ok(alike > floor && alike > 0.92, `${channel}: ${alike}, ${floor}`);
    }
    ok(file.length < 2 * (theirFile?.length ?? 0), `${file.length}`);
  });
}

Deno.test("encode() keeps alpha", async () => {
  const file = await encoded(CLEAR, { quality: QUALITY });

  const ours = await seen(file);
  ok(difference(ours, CLEAR.pixels, 3) < 0.5);
  ok(likeness(ours, CLEAR.pixels, SIZE, 3) > 0.99);
});

Deno.test("encode() says what sharp reads", async () => {
  const small = {
    width: 1,
    height: 1,
    pixels: Uint8Array.of(200, 100, 50, 255),
  };
  const files = [
    await encoded(OPAQUE, { quality: QUALITY }),
    await encoded(CLEAR, { quality: QUALITY }),
    await encoded({ ...small, hasAlpha: false }, { quality: QUALITY }),
  ];

  const common = { bitsPerSample: 8, hasProfile: false };
  deepStrictEqual(await metadata(files), [
    { ...SIZE, ...common, hasAlpha: false },
    { ...SIZE, ...common, hasAlpha: true },
    { width: 1, height: 1, ...common, hasAlpha: false },
  ]);
});

Deno.test("encode() makes more of a higher quality", async () => {
  const lengths: number[] = [];
  for (const quality of [1, 30, 50, 65, 80, 100]) {
    lengths.push((await encoded(OPAQUE, { quality })).length);
  }

  deepStrictEqual(lengths, lengths.toSorted((a, b) => a - b));
  strictEqual(new Set(lengths).size, lengths.length);
});

Deno.test("decode() reads what encode() makes", async () => {
  const file = await encoded(CLEAR, { quality: 90 });

  const picture = await decode(file);

  ok(typeof picture !== "string");
  strictEqual(picture.hasAlpha, true);
  ok(likeness(picture.pixels, CLEAR.pixels, SIZE, 1) > 0.95);
});

Deno.test("the same picture is the same bytes, whatever was before it", async () => {
  const options = { quality: QUALITY };
  const first = await encoded(OPAQUE, options);

  await encoded(CLEAR, { quality: 90, speed: 8, cost: Infinity });
  const both = await Promise.all([
    encoded(OPAQUE, options),
    encoded(OPAQUE, options),
  ]);

  deepStrictEqual(both, [first, first]);
});

Deno.test("I22 AVIF: what would take too long or too much is not begun", async () => {
  const large = (width: number, height: number): Pixels => ({
    ...{ width, height, hasAlpha: false },
    pixels: new Uint8Array(width * height * 4),
  });

  const options = { quality: 100 };
  strictEqual(await encode(large(2_500, 2_500), options), "memory");
  strictEqual(
    await encode(large(1_200, 900), { ...options, speed: 6 }),
    "memory",
  );
  strictEqual(await encode(large(800, 533), { ...options, speed: 6 }), "cost");
  strictEqual(await encode(OPAQUE, { ...options, cost: 1 }), "cost");
});

const WRONG: [why: string, picture: Pixels, options: AvifOptions][] = [
  ["no quality", OPAQUE, { quality: 0 }],
  ["a quality of 101", OPAQUE, { quality: 101 }],
  ["NaN", OPAQUE, { quality: NaN }],
  ["too few bytes", { ...OPAQUE, width: 452 }, { quality: 50 }],
  ["no pixels", { ...OPAQUE, width: 0, pixels: new Uint8Array() }, {
    quality: 50,
  }],
];

for (const [why, picture, options] of WRONG) {
  Deno.test(`encode() refuses ${why}`, async () => {
    await rejects(encode(picture, options), RangeError);
  });
}
