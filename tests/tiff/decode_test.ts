/**
 * TIFF against sharp: the kinds that it writes, and others made by hand.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Orientation } from "../../supabase/functions/image-proxy/engine/orientation.ts";
import { transform } from "../../supabase/functions/image-proxy/engine/transform.ts";
import { tiffHeader } from "../../supabase/functions/image-proxy/tiff/header.ts";
import { tiffSource } from "../../supabase/functions/image-proxy/tiff/source.ts";
import { difference } from "../engine/likeness.ts";
import { type Calls, sharp } from "../engine/oracle.ts";
import { makeKinds, SIZE } from "../engine/pictures.ts";
import { dice } from "../index/random.ts";
import { type Field, fieldsOf, type Parts, tiffOf } from "./builder.ts";
import { BILEVEL, FAX, makeTiffs, TIFF_KINDS } from "./pictures.ts";

const PIXELS: Calls = [
  ...[["rotate"], ["toColourspace", "srgb"]] as const,
  ...[["ensureAlpha"], ["raw"]] as const,
];

async function pixelsOf(file: Uint8Array): Promise<Uint8Array> {
  const source = await tiffSource(file);
  ok(typeof source !== "string", String(source));
  const made = await transform(source, { format: "pixels" });
  ok(made.ok, JSON.stringify(made));
  return made.picture.bytes;
}

const kinds = [...TIFF_KINDS, BILEVEL, FAX];
const files = [
  ...await makeTiffs(),
  ...await makeKinds([BILEVEL, FAX], SIZE),
];
const theirs = await sharp(
  files.map((input) => ({ input, calls: PIXELS })),
);

for (const [at, { name, off = 0 }] of kinds.entries()) {
  const file = files[at] ?? new Uint8Array();

  Deno.test(`I14 ${name}: its pixels are those of sharp`, async () => {
    const pixels = await pixelsOf(file);

    const expected = theirs[at] ?? new Uint8Array();
    strictEqual(pixels.length, expected.length);
    for (const channel of [0, 1, 2, 3] as const) {
      const is = difference(pixels, expected, channel);
      ok(is <= Math.max(off * 1.1, 0.01), `${channel} is off by ${is}`);
    }
  });
}

Deno.test("a TIFF says in its header what it is", () => {
  const at = kinds.findIndex(({ name }) => name === "TIFF, orientation 6");
  const header = tiffHeader(files[at] ?? new Uint8Array());

  ok(typeof header !== "string");
  deepStrictEqual(header.size, SIZE);
  strictEqual(header.orientation, 6 satisfies Orientation);
  strictEqual(header.hasAlpha, false);
});

const W = 37;
const H = 11;
const { below } = dice(3);

function noise(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, () => below(256));
}

/** Samples of a plane each, of pixels side by side. */
function planesOf(pixels: Uint8Array, samples: number): Uint8Array[] {
  return Array.from(
    { length: samples },
    (_, plane) => pixels.filter((_, at) => at % samples === plane),
  );
}

const RGB = noise(3 * W * H);
const RGB_16 = noise(6 * W * H);
const RGBA = noise(4 * W * H);
const eight = [8, 8, 8];
const sixteen = [16, 16, 16];

function simple(
  bits: readonly number[],
  photometric: number,
  more: readonly Field[] = [],
): Field[] {
  return fieldsOf({ width: W, height: H, bits, photometric, more });
}

const palette = (bits: number): Field => [
  ...[320, 3] as const,
  Array.from({ length: 3 * 2 ** bits }, () => 257 * below(256)),
];

const HAND_MADE: [why: string, parts: Parts][] = [
  ["big-endian", { isLittle: false, fields: simple(eight, 2), blocks: [RGB] }],
  [
    "big-endian of 16 bits",
    { isLittle: false, fields: simple(sixteen, 2), blocks: [RGB_16] },
  ],
  ["little-endian of 16 bits", {
    fields: simple(sixteen, 2),
    blocks: [RGB_16],
  }],
  [
    "planes of their own",
    { fields: simple(eight, 2, [[284, 3, [2]]]), blocks: planesOf(RGB, 3) },
  ],
  [
    "white that is 0",
    { fields: simple([8], 0), blocks: [noise(W * H)] },
  ],
  [
    "white that is 0, of 1 bit",
    { fields: simple([1], 0), blocks: [noise(Math.ceil(W / 8) * H)] },
  ],
  [
    "grey of 4 bits",
    { fields: simple([4], 1), blocks: [noise(Math.ceil(W / 2) * H)] },
  ],
  [
    "grey of 2 bits",
    { fields: simple([2], 1), blocks: [noise(Math.ceil(W / 4) * H)] },
  ],
  [
    "a palette of 256",
    { fields: simple([8], 3, [palette(8)]), blocks: [noise(W * H)] },
  ],
  [
    "a palette of 16",
    {
      fields: simple([4], 3, [palette(4)]),
      blocks: [noise(Math.ceil(W / 2) * H)],
    },
  ],
  [
    "strips of four rows",
    {
      fields: simple(eight, 2).map((it) =>
        it[0] === 278 ? [278, 3, [4]] as const : it
      ),
      blocks: [0, 4, 8].map((y) => RGB.subarray(3 * W * y, 3 * W * (y + 4))),
    },
  ],
  [
    "straight alpha",
    {
      fields: simple([8, 8, 8, 8], 2, [[338, 3, [2]]]),
      blocks: [RGBA],
    },
  ],
  [
    "a smaller picture before it",
    {
      fields: simple(eight, 2),
      blocks: [RGB],
      before: {
        fields: [
          ...fieldsOf({ width: 1, height: 1, bits: [8], photometric: 1 }),
          [254, 4, [1]],
        ],
        blocks: [Uint8Array.of(9)],
      },
    },
  ],
];

for (const [why, parts] of HAND_MADE) {
  Deno.test(`I14 TIFF of ${why}: its pixels are those of sharp`, async () => {
    // sharp takes the first picture, whatever that is.
    const { before: _, ...alone } = parts;
    const input = tiffOf(alone);

    const pixels = await pixelsOf(tiffOf(parts));

    const [expected = new Uint8Array()] = await sharp([
      { input, calls: PIXELS },
    ]);
    strictEqual(pixels.length, expected.length);
    const off = Math.max(
      ...[0, 1, 2, 3].map((it) =>
        difference(pixels, expected, it as 0 | 1 | 2 | 3)
      ),
    );
    ok(off <= 0.5, `off by ${off}`);
  });
}

Deno.test("I14 TIFF of multiplied alpha: its colours are divided by it", async () => {
  const pixels = Uint8Array.of(100, 50, 0, 200, 9, 9, 9, 255, 0, 0, 0, 0);
  const fields = fieldsOf({
    ...{ width: 3, height: 1, bits: [8, 8, 8, 8], photometric: 2 },
    more: [[338, 3, [1]]],
  });

  const made = await pixelsOf(tiffOf({ fields, blocks: [pixels] }));

  deepStrictEqual(
    [...made],
    [128, 64, 0, 200, 9, 9, 9, 255, 0, 0, 0, 0],
  );
});

Deno.test("I14 TIFF whose other samples mean nothing: they are left out", async () => {
  const fields = simple([8, 8, 8, 8], 2, [[338, 3, [0]]]);

  const made = await pixelsOf(tiffOf({ fields, blocks: [RGBA] }));

  deepStrictEqual(made, RGBA.map((it, at) => at % 4 === 3 ? 255 : it));
});

Deno.test("I14 TIFF whose fourth sample nothing is said of: it is alpha", async () => {
  const fields = simple([8, 8, 8, 8], 2);

  const made = await pixelsOf(tiffOf({ fields, blocks: [RGBA] }));

  deepStrictEqual(made, RGBA);
});

Deno.test("I14 TIFF whose alpha is behind another sample: it is found there", async () => {
  const fields = simple([8, 8, 8, 8, 8], 2, [[338, 3, [0, 2]]]);
  const five = Uint8Array.from(
    { length: 5 * W * H },
    (_, at) => at % 5 === 3 ? 99 : at * 7,
  );

  const made = await pixelsOf(tiffOf({ fields, blocks: [five] }));

  deepStrictEqual(made, five.filter((_, at) => at % 5 !== 3));
});

Deno.test("I14 TIFF whose samples are of a kind that nobody says: they are numbers", async () => {
  const fields = simple(eight, 2, [[339, 3, [4, 4, 4]]]);

  const made = await pixelsOf(tiffOf({ fields, blocks: [RGB] }));

  deepStrictEqual(made.filter((_, at) => at % 4 !== 3), RGB);
});

Deno.test("I14 TIFF in PackBits: a byte that means nothing is passed over", async () => {
  const fields = fieldsOf({
    ...{ width: 4, height: 1, bits: [8], photometric: 1 },
    more: [[259, 3, [32_773]]],
  });
  const packed = Uint8Array.of(0x80, 1, 7, 8, 0x80, 0xff, 9);

  const made = await pixelsOf(tiffOf({ fields, blocks: [packed] }));

  deepStrictEqual([...made.filter((_, at) => at % 4 === 0)], [7, 8, 9, 9]);
});

/** Without what programs add: then a decoder guesses what its colours are. */
function bare(jpeg: Uint8Array): Uint8Array {
  const parts = [jpeg.subarray(0, 2)];
  let at = 2;
  while (jpeg[at] === 0xff && jpeg[at + 1] !== 0xda) {
    const length = (jpeg[at + 2] ?? 0) << 8 | (jpeg[at + 3] ?? 0);
    const marker = jpeg[at + 1] ?? 0;
    const segment = jpeg.subarray(at, at + 2 + length);
    if (marker < 0xe0 || marker > 0xef) parts.push(segment);
    at += 2 + length;
  }
  return new Uint8Array(Buffer.concat([...parts, jpeg.subarray(at)]));
}

Deno.test("I14 TIFF of JPEG that says it is red, green and blue: it is", async () => {
  const size = { width: 16, height: 16 };
  const raw = { ...size, channels: 3 as const };
  const input = Uint8Array.from({ length: 768 }, (_, at) => 40 + at % 3 * 60);
  const options = { quality: 100, chromaSubsampling: "4:4:4" };
  const [jpeg = new Uint8Array()] = await sharp([
    { input, raw, calls: [["jpeg", options]] },
  ]);
  const fields = fieldsOf({
    ...{ ...size, bits: eight, photometric: 2 },
    more: [[259, 3, [7]]],
  });

  const made = await pixelsOf(tiffOf({ fields, blocks: [bare(jpeg)] }));

  // What is stored of (40, 100, 160): ITU-T T.871, section 7.
  const stored = [88.9, 168.1, 93.1];
  const off = stored.map((it, i) => Math.abs(it - (made[i] ?? 0)));
  ok(Math.max(...off) < 2, `${made.slice(0, 3)}`);
});

for (const [width, height] of [[32, 16], [8, 16], [16, 8], [16, 9_000]]) {
  Deno.test(`I10 TIFF of 16 × 16 in a JPEG of ${width} × ${height} is refused`, async () => {
    const size = { width: width ?? 0, height: height ?? 0 };
    const raw = { ...size, channels: 3 as const };
    const input = new Uint8Array(3 * size.width * size.height);
    const [jpeg = new Uint8Array()] = await sharp([
      { input, raw, calls: [["jpeg"]] },
    ]);
    const fields = fieldsOf({
      ...{ width: 16, height: 16, bits: eight, photometric: 6 },
      more: [[259, 3, [7]]],
    });

    const source = await tiffSource(tiffOf({ fields, blocks: [jpeg] }));

    strictEqual(source, "unreadable");
  });
}

Deno.test("I14 TIFF whose bits begin with the lowest: they are turned", async () => {
  const turned = RGB.map((byte) => {
    let other = 0;
    for (let i = 0; i < 8; i++) other |= (byte >> i & 1) << 7 - i;
    return other;
  });
  const fields = simple(eight, 2, [[266, 3, [2]]]);

  const made = await pixelsOf(tiffOf({ fields, blocks: [turned] }));

  deepStrictEqual(made.filter((_, at) => at % 4 !== 3), RGB);
});
