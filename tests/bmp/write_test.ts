/**
 * BMP that is written, as its own reader has it; `tests/services/` has
 * ImageMagick read it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { encodeCost } from "../../supabase/functions/image-proxy/bmp/costs.ts";
import { bmpFile } from "../../supabase/functions/image-proxy/bmp/file.ts";
import { bmpHeader } from "../../supabase/functions/image-proxy/bmp/header.ts";
import { bmpSource } from "../../supabase/functions/image-proxy/bmp/source.ts";
import { write } from "../../supabase/functions/image-proxy/bmp/write.ts";
import { dice } from "../index/random.ts";
import { seenOf } from "../images/seen.ts";

const ENCODING = { quality: 80, background: 0, ns: 1e9 };

function noise(width: number, height: number, hasAlpha: boolean) {
  const { below } = dice(width);
  const pixels = Uint8Array.from(
    { length: 4 * width * height },
    (_, at) => !hasAlpha && at % 4 === 3 ? 255 : below(256),
  );
  return { width, height, hasAlpha, pixels, from: { width, height } };
}

for (const hasAlpha of [false, true]) {
  for (const width of [1, 2, 3, 4, 5]) {
    const why = hasAlpha ? "with alpha" : "without alpha";
    Deno.test(`BMP ${why}, ${width} wide, is what was written`, async () => {
      const image = noise(width, 3, hasAlpha);

      const file = await bmpFile(image, ENCODING);

      ok(typeof file !== "string");
      const { pixels } = image;
      const size = { width, height: 3 };
      deepStrictEqual(await seenOf(await bmpSource(file)), {
        size,
        hasAlpha,
        pixels,
      });
      const header = bmpHeader(file);
      deepStrictEqual(typeof header === "object" && header.size, size);
    });
  }
}

/** By the documentation of BITMAPFILEHEADER and BITMAPINFOHEADER. */
const PLAIN = [
  ...["424d", "3a000000", "00000000", "36000000", "28000000", "01000000"],
  ...["01000000", "0100", "1800", "00000000", "04000000"],
  ...["00000000".repeat(4), "030201", "00"],
];

/** The same of BITMAPV4HEADER: of ends and gamma, sRGB needs none. */
const CLEAR = [
  ...["424d", "7e000000", "00000000", "7a000000", "6c000000", "01000000"],
  ...["01000000", "0100", "2000", "03000000", "04000000"],
  ...["00000000".repeat(4), "0000ff00", "00ff0000", "ff000000", "000000ff"],
  ...["42475273", "00000000".repeat(9), "00000000".repeat(3), "03020104"],
];

for (const [hasAlpha, words] of [[false, PLAIN], [true, CLEAR]] as const) {
  const why = hasAlpha ? "with alpha" : "without alpha";
  Deno.test(`BMP ${why} has the bytes that are documented`, () => {
    const pixels = Uint8Array.of(1, 2, 3, 4);

    const file = write({ width: 1, height: 1, hasAlpha, pixels });

    strictEqual(Buffer.from(file).toString("hex"), words.join(""));
  });
}

Deno.test("BMP: what would take too long is not written", async () => {
  const image = noise(100, 100, true);
  const ns = encodeCost(image);

  strictEqual(await bmpFile(image, { ...ENCODING, ns: ns - 1 }), "too costly");
  ok(await bmpFile(image, { ...ENCODING, ns }) instanceof Uint8Array);
});
