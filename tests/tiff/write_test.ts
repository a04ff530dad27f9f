/**
 * TIFF files that we write, read by sharp.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { tiffFile } from "../../supabase/functions/image-proxy/tiff/file.ts";
import { tiffHeader } from "../../supabase/functions/image-proxy/tiff/header.ts";
import { type Calls, sharp } from "../engine/oracle.ts";
import { dice } from "../index/random.ts";

const PIXELS: Calls = [["ensureAlpha"], ["raw"]];
const ENCODING = { quality: 80, background: 0, ns: 1e9 };

const SIZES: [width: number, height: number, hasAlpha: boolean][] = [
  [1, 1, true],
  [1, 1, false],
  [7, 300, false],
  [301, 257, true],
  // A row is longer than a strip is meant to be.
  [17_000, 5, true],
];

for (const [width, height, hasAlpha] of SIZES) {
  const what = hasAlpha ? "with alpha" : "without alpha";
  Deno.test(`${width} × ${height} ${what} become a TIFF that sharp reads`, async () => {
    const { below } = dice(width);
    const pixels = Uint8Array.from(
      { length: 4 * width * height },
      (_, at) => at % 4 === 3 && !hasAlpha ? 255 : below(256),
    );
    const from = { width, height };
    const image = { width, height, hasAlpha, pixels, from };

    const file = await tiffFile(image, ENCODING);

    ok(typeof file !== "string");
    const [theirs] = await sharp([{ input: file, calls: PIXELS }]);
    deepStrictEqual(theirs, pixels);
    const header = tiffHeader(file);
    ok(typeof header !== "string");
    strictEqual(header.hasAlpha, hasAlpha);
  });
}

Deno.test("I22 a TIFF that would take too long is not begun", async () => {
  const [width, height] = [2_500, 2_500];
  const pixels = new Uint8Array();
  const image = {
    ...{ width, height, hasAlpha: true, pixels },
    from: { width, height },
  };

  strictEqual(await tiffFile(image, { ...ENCODING, ns: 1e8 }), "too costly");
});
