/**
 * ICO that is made to harm.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { icoHeader } from "../../supabase/functions/image-proxy/ico/header.ts";
import { coloursOf, paletteOf, SIZE } from "../bmp/bitmaps.ts";
import { png } from "../engine/png.ts";
import { endOfFile } from "../images/seen.ts";
import { iconBitmap, iconOf, plainOf } from "./icons.ts";

const MOST = 2 ** 31 - 1;
const DOT = Uint8Array.of(0, 9);
const grey = (side: number, interlaced = false) =>
  png({ width: side, height: side, type: 0, interlaced }, DOT);
const plain = iconBitmap({ ...SIZE, bits: 24 }, Buffer.alloc(999));

const LIES: [why: string, file: Uint8Array, end: string][] = [
  ["I7 ICO of a PNG of 2^31 - 1 each way", iconOf([grey(MOST)]), "pixels"],
  [
    "I7 ICO of one that is small, and a PNG of 400 MP",
    iconOf([plainOf(16, 1), grey(20_000)]),
    "pixels",
  ],
  [
    "I7 ICO of one that is small, and an interlaced PNG of 36 MP",
    iconOf([plainOf(16, 1), grey(6_000, true)]),
    "bytes in memory",
  ],
  [
    "I7 ICO of a bitmap of 2^30 rows",
    iconOf([iconBitmap({ width: 1, height: MOST / 2 | 0, bits: 1 })]),
    "pixels",
  ],
  [
    "I7 ICO of a bitmap of 36 MP that is not there",
    iconOf([iconBitmap({ width: 6_000, height: 6_000, bits: 24 })]),
    "unreadable",
  ],
  ["I10 ICO of no pictures", iconOf([]), "unknown"],
  [
    "I10 ICO of 257 pictures",
    iconOf(Array.from({ length: 257 }, () => plain)),
    "unknown",
  ],
  [
    "I10 ICO of 65,535 pictures in one place",
    iconOf(Array.from({ length: 65_535 }, () => DOT), 1, { at: 6 }),
    "unknown",
  ],
  [
    "I10 ICO of 256 pictures in one place",
    iconOf([...Array.from({ length: 255 }, () => DOT), plain], 1, {
      at: 6 + 16 * 256 + 2 * 255,
    }),
    "picture",
  ],
  ["I10 ICO in itself", iconOf([plain], 1, { at: 22 - 16 }), "unknown"],
  [
    "I10 ICO of what is behind it",
    iconOf([plain], 1, { at: MOST }),
    "truncated",
  ],
  [
    "I10 ICO of a PNG that is longer than the file",
    iconOf([grey(1)], 1, { length: MOST }),
    "picture",
  ],
  [
    "I10 ICO of a PNG without bytes",
    iconOf([grey(1)], 1, { length: 0 }),
    "truncated",
  ],
  [
    "I10 ICO of half a row",
    iconOf([iconBitmap({ width: 9, height: 0, bits: 24 })]),
    "corrupt",
  ],
  [
    "I10 ICO of runs",
    iconOf([iconBitmap({ ...SIZE, bits: 8, compression: 1 })]),
    "unsupported: A bitmap in it is compressed",
  ],
  ["I10 ICO of an ICO", iconOf([iconOf([plain])]), "corrupt"],
];

for (const [why, file, expected] of LIES) {
  Deno.test(`${why} is no surprise`, async () => {
    const rss = Deno.memoryUsage().rss;

    strictEqual(await endOfFile(file), expected);

    ok(Deno.memoryUsage().rss - rss < 20 * 2 ** 20);
  });
}

const WHOLE = [
  iconOf([plainOf(16, 1), grey(1), plainOf(24, 2)]),
  iconOf([
    iconBitmap(
      { ...SIZE, bits: 8 },
      paletteOf(coloursOf(256)),
      Buffer.alloc(16 * 7 + 4 * 7, 1),
    ),
  ], 2),
];

for (const [at, file] of WHOLE.entries()) {
  Deno.test(`I10 ICO ${at}, cut anywhere, says nothing wrong`, async () => {
    const whole = icoHeader(file);
    ok(typeof whole === "object");
    for (let length = 4; length < file.length; length++) {
      const cut = file.subarray(0, length);
      const header = icoHeader(cut);
      if (typeof header === "string") strictEqual(header, "truncated");
      else deepStrictEqual(header.size, whole.size);
      // A mask may be missing.
      ok(/^(picture|truncated|unreadable)$/.test(await endOfFile(cut)));
    }
  });
}
