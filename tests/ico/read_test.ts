/**
 * ICO and CUR, against pixels that are known.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { icoHeader } from "../../supabase/functions/image-proxy/ico/header.ts";
import { icoSource } from "../../supabase/functions/image-proxy/ico/source.ts";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import {
  chance,
  coloursOf,
  littleRows,
  packed,
  paletteOf,
  SIZE,
} from "../bmp/bitmaps.ts";
import { png } from "../engine/png.ts";
import { type Seen, seenOf } from "../images/seen.ts";
import { iconBitmap, iconOf, plainOf } from "./icons.ts";

async function seen(file: Uint8Array, size: Size = SIZE): Promise<Seen> {
  const header = icoHeader(file);
  ok(typeof header === "object", `${header}`);
  return await seenOf(await icoSource(file, header, { size, ns: 1e9 }));
}

const MASK = chance(3, 2);
const AND = packed(MASK.toReversed(), 1);

/** Colours, and alpha by the mask. */
function masked(rows: readonly (readonly number[][])[]): number[] {
  return rows.flatMap((row, y) =>
    row.flatMap((colour, x) => [...colour, MASK[y]?.[x] === 1 ? 0 : 255])
  );
}

for (const bits of [1, 4, 8]) {
  Deno.test(`ICO of ${bits} bits is read as it is`, async () => {
    const rows = chance(bits, 2 ** bits);
    const colours = coloursOf(2 ** bits);
    const bitmap = iconBitmap(
      { ...SIZE, bits },
      paletteOf(colours),
      packed(rows.toReversed(), bits),
      AND,
    );

    const { size, pixels } = await seen(iconOf([bitmap]));

    deepStrictEqual(size, SIZE);
    const expected = masked(
      rows.map((row) => row.map((it) => colours[it] ?? [])),
    );
    deepStrictEqual([...pixels], expected);
  });
}

Deno.test("ICO that is wider than a word of its mask", async () => {
  const [width, height] = [40, 3];
  const hidden = (x: number, y: number) => (x * 7 + y * 3) % 5 === 0;
  const sides = (of: (x: number, y: number) => number) =>
    Array.from(
      { length: height },
      (_, y) => Array.from({ length: width }, (_, x) => of(x, y)),
    );
  const mask = sides((x, y) => hidden(x, y) ? 1 : 0);
  const bitmap = iconBitmap(
    { width, height, bits: 24 },
    Buffer.alloc(3 * width * height, 9),
    packed(mask.toReversed(), 1),
  );

  const size = { width, height };
  const { pixels } = await seen(iconOf([bitmap]), size);

  const alpha = pixels.filter((_, at) => at % 4 === 3);
  deepStrictEqual([...alpha], mask.flat().map((it) => it === 1 ? 0 : 255));
});

function colourOf(pixel: number): number[] {
  return [pixel >>> 16 & 255, pixel >>> 8 & 255, pixel & 255];
}

Deno.test("ICO of 24 bits is read as it is", async () => {
  const rows = chance(24, 2 ** 24);
  const data = littleRows(rows.toReversed(), 24);

  const { pixels } = await seen(
    iconOf([iconBitmap({ ...SIZE, bits: 24 }, data, AND)]),
  );

  deepStrictEqual(
    [...pixels],
    masked(rows.map((row) => row.map(colourOf))),
  );
});

Deno.test("ICO of 32 bits has alpha, and its mask means nothing", async () => {
  const rows = chance(32, 2 ** 32);
  const data = littleRows(rows.toReversed(), 32);

  const { pixels } = await seen(
    iconOf([iconBitmap({ ...SIZE, bits: 32 }, data, AND)]),
  );

  const expected = rows.flat().flatMap((it) => [...colourOf(it), it >>> 24]);
  deepStrictEqual([...pixels], expected);
});

Deno.test("ICO of 32 bits without any alpha has a mask", async () => {
  const rows = chance(24, 2 ** 24);
  const data = littleRows(rows.toReversed(), 32);

  const { pixels } = await seen(
    iconOf([iconBitmap({ ...SIZE, bits: 32 }, data, AND)], 2),
  );

  deepStrictEqual(
    [...pixels],
    masked(rows.map((row) => row.map(colourOf))),
  );
});

Deno.test("ICO without a mask is opaque", async () => {
  const rows = chance(24, 2 ** 24);
  const data = littleRows(rows.toReversed(), 24);

  const { pixels } = await seen(
    iconOf([iconBitmap({ ...SIZE, bits: 24 }, data)]),
  );

  const expected = rows.flat().flatMap((it) => [...colourOf(it), 255]);
  deepStrictEqual([...pixels], expected);
});

const TINY = { width: 1, height: 1 };
const PNG = png({ width: 48, height: 48, type: 0 }, new Uint8Array(49 * 48));
const FILES = [16, 32, 48, 24].map((side) => plainOf(side, side));

const CHOICES: [why: string, need: Size, side: number][] = [
  ["as large as it is needed", { width: 32, height: 32 }, 32],
  ["the next larger one", { width: 17, height: 17 }, 24],
  ["the next larger one by its longer side", { width: 3, height: 25 }, 32],
  ["the largest", { width: 300, height: 300 }, 48],
  ["the smallest", TINY, 16],
];

for (const [why, need, side] of CHOICES) {
  Deno.test(`ICO: of four sizes it is ${why}`, async () => {
    const { size, pixels } = await seen(iconOf(FILES), need);

    deepStrictEqual(size, { width: side, height: side });
    strictEqual(pixels[0], side);
  });
}

Deno.test("ICO: of the same size it is the one with more colours", async () => {
  const few = iconBitmap({ ...TINY, bits: 1 }, paletteOf(coloursOf(2)));
  const files = [few, plainOf(1, 77), few].map((file) =>
    Buffer.concat([file, Buffer.alloc(8)])
  );

  strictEqual((await seen(iconOf(files), TINY)).pixels[0], 77);
});

/** By the bits of a pixel, from few to many. */
const DEPTHS = [
  { type: 0, depth: 4 },
  { type: 3, depth: 8 },
  { type: 4, depth: 8 },
  { type: 2, depth: 8 },
  { type: 6, depth: 8 },
  { type: 2, depth: 16 },
  { type: 6, depth: 16 },
].map((it) => png({ width: 1, height: 1, ...it }, new Uint8Array(9)));

Deno.test("ICO: of PNGs of one size it is the one with more bits", async () => {
  for (const [i, less] of DEPTHS.entries()) {
    for (const more of DEPTHS.slice(i + 1)) {
      const file = iconOf([less, more, less]);
      const header = icoHeader(file);
      ok(typeof header === "object");

      const chosen = await icoSource(file, header, { size: TINY, ns: 1e9 });

      deepStrictEqual(Buffer.from(chosen as Uint8Array), Buffer.from(more));
    }
  }
});

Deno.test("ICO: a PNG is handed on as it is", async () => {
  const file = iconOf([plainOf(16, 1), PNG, plainOf(24, 2)]);
  const header = icoHeader(file);
  ok(typeof header === "object");
  const need = { size: { width: 30, height: 30 }, ns: 1e9 };

  deepStrictEqual(
    Buffer.from(await icoSource(file, header, need) as Uint8Array),
    Buffer.from(PNG),
  );
});

Deno.test("ICO says what its largest picture is", () => {
  const header = icoHeader(iconOf([plainOf(16, 1), PNG, plainOf(24, 2)]));

  ok(typeof header === "object");
  deepStrictEqual(header.size, { width: 48, height: 48 });
  strictEqual(header.format, "ico");
  strictEqual(header.hasAlpha, true);
  strictEqual(header.passes, 1);
  strictEqual(header.keptBytes, 0);
});

Deno.test("ICO takes as much as the costliest of its pictures", () => {
  const size = { width: 48, height: 48 };
  const png7 = png({ ...size, interlaced: true }, new Uint8Array(9));
  const costOf = (...files: Uint8Array[]) => {
    const header = icoHeader(iconOf(files));
    ok(typeof header === "object");
    const { passes, keptBytes, decodeNs } = header;
    return { passes, keptBytes, decodeNs };
  };

  const both = costOf(plainOf(16, 1), png7, plainOf(16, 2));

  deepStrictEqual(both, costOf(png7));
  strictEqual(both.passes, 7);
});

Deno.test("ICO: a picture that cannot be read is as if it were not there", async () => {
  const runs = iconBitmap({ ...SIZE, bits: 8, compression: 1 });

  const { size } = await seen(iconOf([runs, plainOf(16, 1)]));

  deepStrictEqual(size, { width: 16, height: 16 });
});
