/**
 * Pixels of another decoder and for another encoder.
 *
 * @module
 */
import {
  deepStrictEqual,
  notDeepStrictEqual,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { Failed } from "../../supabase/functions/image-proxy/engine/failure.ts";
import type { Pixels } from "../../supabase/functions/image-proxy/engine/source.ts";
import {
  type Options,
  type Picture,
  transform,
} from "../../supabase/functions/image-proxy/engine/transform.ts";
import { dice } from "../index/random.ts";
import { ADOBE_RGB, profileOf } from "./icc.ts";
import { difference, likeness } from "./likeness.ts";
import { type Calls, sharp } from "./oracle.ts";
import { KINDS, makePicture, makePictures } from "./pictures.ts";
import { packed, png } from "./png.ts";

const RAW: Calls = [["toColourspace", "srgb"], ["ensureAlpha"], ["raw"]];
const SEEN: Calls = [["flatten", { background: "#ffffff" }], ...RAW];

type Whole = Pixels & { readonly pixels: Uint8Array };

/** Any bytes are pixels. */
function noise(width: number, height: number, hasAlpha: boolean): Whole {
  const { below } = dice(1);
  const bytes = Array.from({ length: width * height * 4 }, () => below(256));
  return { size: { width, height }, hasAlpha, pixels: Uint8Array.from(bytes) };
}

async function make(
  source: Pixels | Uint8Array,
  options: Options,
): Promise<Picture> {
  const result = await transform(source, options);
  ok(result.ok, JSON.stringify(result));
  return result.picture;
}

Deno.test("pixels of the same size are the same pixels", async () => {
  const source = noise(123, 45, true);

  const made = await make(source, { format: "pixels" });

  deepStrictEqual(made.bytes, source.pixels);
  deepStrictEqual(made.size, source.size);
  strictEqual(made.hasAlpha, true);
  const { size } = source;
  deepStrictEqual(made.source, { format: "pixels", size, hasAlpha: true });
});

Deno.test("pixels without alpha have 255 in its place", async () => {
  const source = noise(123, 45, false);

  const made = await make(source, { format: "pixels" });

  const opaque = source.pixels.map((it, at) => at % 4 === 3 ? 255 : it);
  deepStrictEqual(made.bytes, opaque);
  strictEqual(made.hasAlpha, false);
});

Deno.test("pixels become a PNG without loss, and pixels again", async () => {
  const source = noise(123, 45, true);

  const png = await make(source, { format: "png" });
  const made = await make(png.bytes, { format: "pixels" });

  deepStrictEqual(made.bytes, source.pixels);
});

const sources = await makePictures();
const NAMES = ["JPEG, 4:4:4", "PNG, truecolour with alpha"];
/** Smaller and uncut: sharp cuts at whole pixels, and enlarges by another
 * filter. */
const BOXES = [
  { width: 150, height: 120, fit: "fill" },
  { width: 100, height: 160, fit: "fill" },
  { width: 400, height: 60, fit: "fill" },
] as const;

for (const name of NAMES) {
  for (const box of BOXES) {
    const why = `${name} to ${box.width} × ${box.height}`;
    Deno.test(`${why}: its pixels give what sharp makes of it`, async () => {
      const file = sources[KINDS.findIndex((it) => it.name === name)] ??
        new Uint8Array();
      const whole = await make(file, { format: "pixels" });
      const { size, hasAlpha, bytes: pixels } = whole;

      const options = { ...box, format: "pixels" } as const;
      const made = await make({ size, hasAlpha, pixels }, options);

      const raw = { ...made.size, channels: 4 } as const;
      const resize = ["resize", { ...box, fastShrinkOnLoad: false }] as const;
      const [theirs, ours, alpha] = await sharp([
        { input: file, calls: [resize, ...SEEN] },
        { input: made.bytes, raw, calls: SEEN },
        { input: file, calls: [resize, ...RAW] },
      ]);
      ok(theirs && ours && alpha);
      strictEqual(ours.length, theirs.length);
      for (const channel of [0, 1, 2] as const) {
        const off = difference(theirs, ours, channel);
        ok(off < 1.5, `${channel}: ${off}`);
      }
      ok(difference(alpha, made.bytes, 3) < 1);
      const like = likeness(theirs, ours, box, 1);
      ok(like >= 0.97, `${like}`);
    });
  }
}

Deno.test("a WebP that is one of many takes less effort, and is one all the same", async () => {
  const [file = new Uint8Array()] = await makePictures();
  const options = { width: 400, format: "webp", quality: 90 } as const;

  const alone = await make(file, options);
  const oneOfTwo = await make(file, { ...options, frames: 2 });
  const oneOfMany = await make(file, { ...options, frames: 1_000 });

  deepStrictEqual(oneOfTwo.bytes, alone.bytes);
  notDeepStrictEqual(oneOfMany.bytes, alone.bytes);
  const [a, b] = await sharp(
    [alone, oneOfMany].map(({ bytes }) => ({ input: bytes, calls: RAW })),
  );
  ok(a && b);
  const like = likeness(a, b, alone.size, 1);
  ok(like > 0.97, `${like}`);
});

Deno.test("pixels become any format", async () => {
  const source = noise(64, 48, true);
  for (const format of ["jpeg", "webp", "png"] as const) {
    const { bytes, hasAlpha } = await make(source, { format });
    const [seen] = await sharp([{ input: bytes, calls: RAW }]);
    strictEqual(seen?.length, 64 * 48 * 4, format);
    strictEqual(hasAlpha, format !== "jpeg");
  }
});

Deno.test("pixels are refused where they are fewer or more than they say", async () => {
  const { pixels } = noise(10, 10, true);
  for (
    const [width, height] of [[10, 9], [10, 11], [-10, -10], [2.5, 40]] as const
  ) {
    const source = { size: { width, height }, hasAlpha: true, pixels };
    await rejects(transform(source, { format: "png" }), RangeError);
  }
});

Deno.test("pixels are refused where they are too many", async () => {
  const source = noise(10, 10, true);

  const result = await transform(source, {
    format: "png",
    limits: { pixels: 99 },
  });

  deepStrictEqual(result, { ok: false, failure: "pixels" });
});

/** The rows of `source` as they are asked for, and which those are. */
function byRows(source: Whole): { source: Pixels; asked: number[] } {
  const { size: { width }, pixels } = source;
  const asked: number[] = [];
  const read = (y: number, into: Uint8Array) => {
    asked.push(y);
    into.set(pixels.subarray(4 * width * y, 4 * width * (y + 1)));
  };
  return { source: { ...source, pixels: read }, asked };
}

Deno.test("pixels by rows are the same picture", async () => {
  const whole = noise(123, 45, true);
  const { source, asked } = byRows(whole);
  const options = { width: 50, format: "webp" } as const;

  const made = await make(source, options);

  deepStrictEqual(made.bytes, (await make(whole, options)).bytes);
  deepStrictEqual(asked, Array.from({ length: 45 }, (_, y) => y));
});

Deno.test("pixels by rows are not asked for below what is shown", async () => {
  const { source, asked } = byRows(noise(10, 1000, false));
  const top = { width: 10, height: 10, gravity: { x: 0, y: 0 } };

  await make(source, { ...top, format: "pixels" });

  ok(asked.length < 20, `${asked.length}`);
});

for (const failure of ["corrupt", "truncated"] as const) {
  Deno.test(`I10 rows that are ${failure} end it, and the next picture is made`, async () => {
    const good = noise(20, 20, true);
    const { source } = byRows(good);
    const pixels = (y: number, into: Uint8Array) => {
      if (y === 7) throw new Failed(failure);
      into.fill(y);
    };

    const result = await transform({ ...source, pixels }, { format: "png" });

    deepStrictEqual(result, { ok: false, failure });
    const { bytes } = await make(source, { format: "pixels" });
    deepStrictEqual(bytes, good.pixels);
  });
}

Deno.test("a file that begins as pixels do is none", async () => {
  const file = new Uint8Array(24 + 4);
  new Uint32Array(file.buffer).set([0x4c585089, 1, 1, 0, 1, 0]);

  const result = await transform(file, { format: "png" });

  deepStrictEqual(result, { ok: false, failure: "format" });
});

Deno.test("pixels are turned as they say", async () => {
  const source = noise(3, 2, true);
  const [a, b, c, d, e, f] = Array.from(
    { length: 6 },
    (_, at) => source.pixels.subarray(4 * at, 4 * at + 4),
  );

  const made = await make({ ...source, orientation: 6 }, { format: "pixels" });

  deepStrictEqual(made.size, { width: 2, height: 3 });
  // By EXIF 2.32, section 4.6.5: the first column, from below, is the first row.
  const turned = [d, a, e, b, f, c].flatMap((it) => [...it ?? []]);
  deepStrictEqual([...made.bytes], turned);
});

Deno.test("pixels become sRGB by the profile that they have", async () => {
  const source = noise(40, 30, false);
  const profile = profileOf(ADOBE_RGB);

  const heeded = await make({ ...source, profile }, { format: "png" });
  const tagged = png(
    source.size,
    rowsOf(source),
    packed("iCCP", profile),
  );
  const result = await transform(tagged, { format: "png" });

  ok(result.ok);
  deepStrictEqual(heeded.bytes, result.picture.bytes);
  const plain = await make(source, { format: "png" });
  notDeepStrictEqual(heeded.bytes, plain.bytes);
});

/** As a PNG has them, without a filter and without alpha. */
function rowsOf({ size, pixels }: Whole): Uint8Array {
  const rows: number[] = [];
  for (let y = 0; y < size.height; y++) {
    const row = pixels.subarray(4 * size.width * y, 4 * size.width * (y + 1));
    rows.push(0, ...row.filter((_, at) => at % 4 !== 3));
  }
  return Uint8Array.from(rows);
}

Deno.test("a picture says how long it took", async () => {
  const start = performance.now();

  const { timings } = await make(noise(200, 200, true), { format: "webp" });

  const spent = performance.now() - start;
  ok(timings.decodeMs > 0);
  ok(timings.encodeMs > 0);
  ok(timings.decodeMs + timings.encodeMs < spent);
});

Deno.test("pixels of ink have 255 where black was", async () => {
  const file = await makePicture("JPEG, CMYK");

  const made = await make(file, { width: 64, format: "pixels" });

  ok(made.bytes.every((value, at) => at % 4 !== 3 || value === 255));
});
