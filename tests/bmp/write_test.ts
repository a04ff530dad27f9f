/**
 * BMP that is written, as its own reader has it; `tests/services/` has
 * ImageMagick read it.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { encodeCost } from "../../supabase/functions/image-proxy/bmp/costs.ts";
import { bmpFile } from "../../supabase/functions/image-proxy/bmp/file.ts";
import { bmpHeader } from "../../supabase/functions/image-proxy/bmp/header.ts";
import { bmpSource } from "../../supabase/functions/image-proxy/bmp/source.ts";
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

Deno.test("BMP: what would take too long is not written", async () => {
  const image = noise(100, 100, true);
  const ns = encodeCost(image);

  strictEqual(await bmpFile(image, { ...ENCODING, ns: ns - 1 }), "too costly");
  ok(await bmpFile(image, { ...ENCODING, ns }) instanceof Uint8Array);
});
