/**
 * BMP, ICO and TIFF as ImageMagick has them.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { bmpFile } from "../../supabase/functions/image-proxy/bmp/file.ts";
import { bmpSource } from "../../supabase/functions/image-proxy/bmp/source.ts";
import { icoHeader } from "../../supabase/functions/image-proxy/ico/header.ts";
import { icoSource } from "../../supabase/functions/image-proxy/ico/source.ts";
import { tiffFile } from "../../supabase/functions/image-proxy/tiff/file.ts";
import { tiffSource } from "../../supabase/functions/image-proxy/tiff/source.ts";
import { KINDS as BITMAPS } from "../bmp/kinds.ts";
import { iconOf, plainOf } from "../ico/icons.ts";
import { seenOf } from "../images/seen.ts";
import { dice } from "../index/random.ts";
import { KINDS as TIFFS } from "../tiff/kinds.ts";
import { magickSees, magickWrites } from "./magick.ts";
import { serviceTest } from "./service.ts";

const SIZE = { width: 45, height: 31 };

/** Edges, gradients and runs. */
function drawing(hasAlpha: boolean, colours = 256): Uint8Array {
  const { below } = dice(7);
  const step = 256 / colours;
  const pixels = Uint8Array.from({ length: 4 * 45 * 31 }, (_, at) => {
    const [x, y] = [(at >> 2) % 45, Math.floor(at / 4 / 45)];
    if (at % 4 === 3) return hasAlpha ? (x * 5 + y * 3) % 256 : 255;
    const value = x < 20 ? y * 8 + at % 4 * 30 : below(256);
    return Math.floor(value % 256 / step) * step;
  });
  return pixels;
}

function most(a: Uint8Array, b: Uint8Array): number {
  strictEqual(a.length, b.length);
  return a.reduce(
    (sum, it, at) => Math.max(sum, Math.abs(it - (b[at] ?? 0))),
    0,
  );
}

/**
 * What ImageMagick 6 does not read, or in its own way: masks of few bits it does
 * not spread to 255, a fourth byte is alpha to it where nothing says so, and not
 * where a mask does; a header of 64 bytes it takes for a longer one.
 */
const OTHER_BITMAPS = new Set([
  ...["2 bits", "8 bits of OS/2 2.x", "32 bits", "16 bits of 4444"],
  ...["16 bits of 1555", "32 bits of 8888, masks behind"],
  ...["32 bits of 2:10:10:10", "32 bits of 0:4:20:8", "32 bits that say alpha"],
]);

for (const { name, file, pixels } of BITMAPS) {
  if (OTHER_BITMAPS.has(name)) continue;
  serviceTest(`ImageMagick sees the same of BMP, ${name}`, async () => {
    const off = most(await magickSees("bmp", file), pixels);
    ok(
      off <= (name.startsWith("8") || name.startsWith("24") ? 0 : 1),
      `${off}`,
    );
  });
}

/** Greys of few bits are not turned where white is zero; nor is unknown alpha. */
const OTHER_TIFFS = /(1|2|4) bits, white is zero|, and unknown/;

for (const { name, file, pixels } of TIFFS) {
  if (OTHER_TIFFS.test(name)) continue;
  serviceTest(`ImageMagick sees the same of TIFF, ${name}`, async () => {
    const off = most(await magickSees("tiff", file), pixels);
    ok(off <= (/16 bits|multiplied/.test(name) ? 2 : 1), `${off}`);
  });
}

const WRITTEN: [name: string, pixels: Uint8Array, args: string[]][] = [
  ["version 3", drawing(false), ["bmp3:-"]],
  ["OS/2", drawing(false), ["bmp2:-"]],
  ["version 4 with alpha", drawing(true), ["bmp:-"]],
  ["a palette", drawing(false, 4), ["-type", "Palette", "bmp3:-"]],
  [
    "runs",
    drawing(false, 4),
    ["-type", "Palette", "-compress", "RLE", "bmp3:-"],
  ],
  ["1 bit", drawing(false, 2), ["-threshold", "50%", "-monochrome", "bmp3:-"]],
  ["565", drawing(false), ["-define", "bmp:subtype=RGB565", "bmp:-"]],
];

for (const [name, pixels, args] of WRITTEN) {
  serviceTest(`BMP by ImageMagick, ${name}, is what it sees`, async () => {
    const file = await magickWrites(pixels, SIZE, args);

    const seen = await seenOf(await bmpSource(file));

    deepStrictEqual(seen.size, SIZE);
    const off = most(seen.pixels, await magickSees("bmp", file));
    ok(off <= (name === "565" ? 1 : 0), `${off}`);
  });
}

for (const compress of ["None", "LZW", "Zip", "RLE", "JPEG"]) {
  for (const args of [[], ["-colorspace", "CMYK"], ["-endian", "MSB"]]) {
    const name = [compress, ...args].join(" ");
    serviceTest(`TIFF by ImageMagick, ${name}, is what it sees`, async () => {
      const to = ["-alpha", "off", ...args, "-compress", compress, "tiff:-"];
      const file = await magickWrites(drawing(false), SIZE, to);

      const { pixels } = await seenOf(await tiffSource(file));

      const off = most(pixels, await magickSees("tiff", file));
      ok(off <= (compress === "JPEG" ? 3 : 1), `${off}`);
    });
  }
}

for (const side of [16, 32, 48, 256]) {
  serviceTest(
    `ICO by ImageMagick of ${side} pixels is what it sees`,
    async () => {
      const sizes = "icon:auto-resize=256,48,32,16";
      const to = ["-resize", "256x256!", "-define", sizes, "ico:-"];
      const file = await magickWrites(drawing(true), SIZE, to);
      const header = icoHeader(file);
      ok(typeof header === "object");
      deepStrictEqual(header.size, { width: 256, height: 256 });

      const need = { size: { width: side, height: side }, ns: 1e9 };
      const { pixels, size } = await seenOf(
        await icoSource(file, header, need),
      );

      deepStrictEqual(size, need.size);
      const at = [256, 48, 32, 16].indexOf(side);
      strictEqual(most(pixels, await magickSees("ico", file, at)), 0);
    },
  );
}

serviceTest("ImageMagick sees the same of ICO", async () => {
  const file = iconOf([plainOf(16, 77)]);
  const header = icoHeader(file);
  ok(typeof header === "object");
  const need = { size: { width: 16, height: 16 }, ns: 1e9 };

  const { pixels } = await seenOf(await icoSource(file, header, need));

  deepStrictEqual(pixels, await magickSees("ico", file));
});

for (const hasAlpha of [false, true]) {
  const why = hasAlpha ? "with alpha" : "without alpha";
  const image = { ...SIZE, from: SIZE, hasAlpha, pixels: drawing(hasAlpha) };
  const encoding = { quality: 80, background: 0, ns: 1e9 };
  for (
    const [format, write] of [["bmp", bmpFile], ["tiff", tiffFile]] as const
  ) {
    serviceTest(
      `ImageMagick reads ${format} ${why} that is written`,
      async () => {
        const pixels = Uint8Array.from(image.pixels);

        const file = await write({ ...image, pixels }, encoding);

        ok(typeof file !== "string");
        deepStrictEqual(await magickSees(format, file), pixels);
      },
    );
  }
}
