/**
 * BMP, ICO and TIFF under the Deno that the hosted runtime is made of, without a
 * right.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { bmpFile } from "../../supabase/functions/image-proxy/bmp/file.ts";
import { readHeader } from "../../supabase/functions/image-proxy/header/read.ts";
import { tiffSource } from "../../supabase/functions/image-proxy/tiff/source.ts";
import { KINDS as BITMAPS } from "../bmp/kinds.ts";
import { HOSTED, saidBy } from "../deployed/hosted_deno.ts";
import { sharp } from "../engine/oracle.ts";
import { makePicture } from "../engine/pictures.ts";
import { iconOf, plainOf } from "../ico/icons.ts";
import { seenOf } from "../images/seen.ts";
import { KINDS as TIFFS } from "../tiff/kinds.ts";

const PROGRAM = new URL("../programs/raster.ts", import.meta.url);

interface Said {
  readonly deno: string;
  readonly header: unknown;
  readonly pixels: string;
  readonly files: readonly string[];
}

async function said(file: Uint8Array): Promise<Said> {
  return await saidBy(PROGRAM, Uint8Array.from(file)) as Said;
}

const NAMES = [
  "8 bits in runs",
  "32 bits of 8888",
  "RGB, little-endian, LZW of differences",
  "RGB and alpha, big-endian, deflate of differences in tiles of planes",
];
const known = [...BITMAPS, ...TIFFS].filter(({ name }) => NAMES.includes(name));

for (const { name, file, pixels, size, hasAlpha } of known) {
  Deno.test(`${name}: the hosted runtime sees the same`, async () => {
    const there = await said(file);

    strictEqual(there.deno, HOSTED);
    deepStrictEqual(there.header, readHeader(file));
    deepStrictEqual(Buffer.from(there.pixels, "base64"), Buffer.from(pixels));
    const image = { ...size, hasAlpha, pixels: Uint8Array.from(pixels) };
    const encoding = { quality: 80, background: 0, ns: 1e9 };
    const bmp = await bmpFile({ ...image, from: size }, encoding);
    ok(typeof bmp !== "string");
    const [itsBmp = "", itsTiff = ""] = there.files;
    deepStrictEqual(Buffer.from(itsBmp, "base64"), Buffer.from(bmp));
    // Another zlib may pack it in another way.
    const tiff = Buffer.from(itsTiff, "base64");
    deepStrictEqual((await seenOf(await tiffSource(tiff))).pixels, pixels);
  });
}

Deno.test("an ICO: the hosted runtime sees the same", async () => {
  const { header, pixels } = await said(iconOf([plainOf(16, 9)]));

  deepStrictEqual((header as { size: unknown }).size, {
    width: 16,
    height: 16,
  });
  strictEqual(Buffer.from(pixels, "base64")[0], 9);
});

Deno.test("a TIFF of JPEG in tiles: the hosted runtime sees the same", async () => {
  const [file = new Uint8Array()] = await sharp([{
    input: await makePicture("JPEG, 4:4:4"),
    calls: [["tiff", { compression: "jpeg", tile: true }]],
  }]);

  const { pixels } = await said(file);

  const here = await seenOf(await tiffSource(file));
  deepStrictEqual(Buffer.from(pixels, "base64"), Buffer.from(here.pixels));
});
