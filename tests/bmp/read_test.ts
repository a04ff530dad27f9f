/**
 * BMP of every kind, against pixels that are known.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { bmpHeader } from "../../supabase/functions/image-proxy/bmp/header.ts";
import { bmpSource } from "../../supabase/functions/image-proxy/bmp/source.ts";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { ADOBE_RGB, profileOf } from "../engine/icc.ts";
import {
  coloursOf,
  fileOf,
  headerOf,
  littleRows,
  paletteOf,
  shown,
} from "./bitmaps.ts";
import { KINDS } from "./kinds.ts";
import { type Seen, seenOf } from "../images/seen.ts";

async function seen(file: Uint8Array): Promise<Seen> {
  return await seenOf(await bmpSource(file));
}

for (const { name, file, pixels, size, hasAlpha } of KINDS) {
  Deno.test(`BMP of ${name} is read as it is`, async () => {
    deepStrictEqual(await seen(file), { size, hasAlpha, pixels });
  });

  Deno.test(`BMP of ${name} says what it is`, () => {
    const header = bmpHeader(file);

    ok(typeof header === "object");
    strictEqual(header.format, "bmp");
    deepStrictEqual(header.size, size);
    strictEqual(header.hasAlpha, hasAlpha);
    strictEqual(header.orientation, name.endsWith("in runs") ? 4 : 1);
  });
}

const COLOURS = coloursOf(9);

const ONE: Size = { width: 1, height: 1 };

/** A picture of 4 × 3 of `bits` in `data`, as indexes from the top. */
const RUNS: [why: string, bits: 4 | 8, data: number[], indexes: number[][]][] =
  [
    [
      "what a jump leaves out has the first colour",
      8,
      [2, 5, 0, 2, 1, 1, 1, 6, 0, 0, 4, 7, 0, 1],
      [[7, 7, 7, 7], [0, 0, 0, 6], [5, 5, 0, 0]],
    ],
    [
      "a jump over rows",
      8,
      [1, 5, 0, 2, 1, 2, 2, 6, 0, 1],
      [[0, 0, 6, 6], [0, 0, 0, 0], [5, 0, 0, 0]],
    ],
    [
      "a jump within a row",
      8,
      [1, 5, 0, 2, 2, 0, 1, 6, 0, 1],
      [[0, 0, 0, 0], [0, 0, 0, 0], [5, 0, 0, 6]],
    ],
    [
      "an early end",
      8,
      [3, 5, 0, 1, 9, 9],
      [[0, 0, 0, 0], [0, 0, 0, 0], [5, 5, 5, 0]],
    ],
    [
      "an early end of a row",
      4,
      [3, 0x56, 0, 0, 0, 0, 4, 0x78, 0, 1],
      [[7, 8, 7, 8], [0, 0, 0, 0], [5, 6, 5, 0]],
    ],
    [
      "pixels that are spelt out",
      4,
      [0, 3, 0x12, 0x30, 1, 0x45, 0, 0, 0, 4, 0x56, 0x78, 0, 1],
      [[0, 0, 0, 0], [5, 6, 7, 8], [1, 2, 3, 4]],
    ],
    [
      "pixels beyond the row",
      8,
      [9, 5, 0, 0, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 4, 8, 0, 1],
      [[8, 8, 8, 8], [1, 2, 3, 4], [5, 5, 5, 5]],
    ],
    [
      "no end behind pixels that are spelt out",
      8,
      [4, 5, 0, 0, 4, 6, 0, 0, 0, 4, 7, 8, 7, 8],
      [[7, 8, 7, 8], [6, 6, 6, 6], [5, 5, 5, 5]],
    ],
    [
      "no end",
      8,
      [4, 5, 0, 0, 4, 6, 0, 0, 4, 7],
      [[7, 7, 7, 7], [6, 6, 6, 6], [5, 5, 5, 5]],
    ],
  ];

for (const [why, bits, data, indexes] of RUNS) {
  Deno.test(`BMP in runs of ${bits} bits: ${why}`, async () => {
    const size: Size = { width: 4, height: 3 };
    const compression = bits === 8 ? 1 : 2;
    const header = headerOf({ ...size, bits, compression, colours: 9 });
    const file = fileOf(header, paletteOf(COLOURS), Buffer.from(data));

    const { pixels } = await seen(file);

    deepStrictEqual(pixels, shown(indexes, COLOURS));
  });
}

Deno.test("BMP: what has no mask is nothing, and not seen through", async () => {
  const masks = [0xff0000, 0, 0xff];
  const header = headerOf({ ...ONE, bits: 32, compression: 3, masks });
  const data = littleRows([[0x01020304]], 32);

  const { pixels } = await seen(fileOf(header, new Uint8Array(), data));

  deepStrictEqual([...pixels], [2, 0, 4, 255]);
});

Deno.test("BMP of version 2 has three masks, and then its pixels", async () => {
  const masks = [0xff0000, 0xff00, 0xff];
  const claim = { ...ONE, header: 52, bits: 32, compression: 3, masks };
  const header = headerOf(claim);
  const data = littleRows([[0xff020304]], 32);

  const { pixels, hasAlpha } = await seen(
    fileOf(header, new Uint8Array(), data),
  );

  deepStrictEqual([...pixels], [2, 3, 4, 255]);
  strictEqual(hasAlpha, false);
});

Deno.test("BMP: the fourth byte is no alpha unless a mask says so", async () => {
  const data = littleRows([[0x01020304]], 32);
  const header = headerOf({ width: 1, height: 1, bits: 32 });

  const { pixels, hasAlpha } = await seen(
    fileOf(header, new Uint8Array(), data),
  );

  deepStrictEqual([...pixels], [2, 3, 4, 255]);
  strictEqual(hasAlpha, false);
});

Deno.test("BMP: a colour that the palette has not is black", async () => {
  const header = headerOf({ width: 4, height: 1, bits: 8, colours: 2 });
  const palette = paletteOf([[1, 2, 3], [4, 5, 6]]);

  const { pixels } = await seen(
    fileOf(header, palette, Uint8Array.of(0, 1, 2, 255)),
  );

  const black = [0, 0, 0, 255];
  deepStrictEqual([...pixels], [
    1,
    2,
    3,
    255,
    4,
    5,
    6,
    255,
    ...black,
    ...black,
  ]);
});

Deno.test("BMP: what fills up the last row may be missing", async () => {
  const header = headerOf({ width: 1, height: 1, bits: 24 });

  const { pixels } = await seen(
    fileOf(header, new Uint8Array(), Uint8Array.of(3, 2, 1)),
  );

  deepStrictEqual([...pixels], [1, 2, 3, 255]);
});

Deno.test("BMP of version 5 has a profile", async () => {
  const profile = profileOf(ADOBE_RGB);
  const header = headerOf({ header: 124, width: 1, height: 1, bits: 24 });
  header.write("DEBM", 56, "latin1");
  header.writeUInt32LE(124 + 4, 112);
  header.writeUInt32LE(profile.length, 116);
  const file = fileOf(header, new Uint8Array(), Uint8Array.of(0, 255, 0, 0));

  const source = await bmpSource(Buffer.concat([file, profile]));

  ok(typeof source === "object" && "profile" in source);
  deepStrictEqual(Buffer.from(source.profile ?? []), Buffer.from(profile));
});
