/**
 * Files that are broken at random. `deno test … -- --all` breaks a hundred times
 * as many.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readHeader } from "../../supabase/functions/image-proxy/header/read.ts";
import { coloursOf, paletteOf, SIZE } from "../bmp/bitmaps.ts";
import { KINDS as BITMAPS } from "../bmp/kinds.ts";
import { mutated } from "../engine/fuzz.ts";
import { makePicture } from "../engine/pictures.ts";
import { sharp } from "../engine/oracle.ts";
import { png } from "../engine/png.ts";
import { iconBitmap, iconOf, plainOf } from "../ico/icons.ts";
import { endOfFile } from "../images/seen.ts";
import { dice } from "../index/random.ts";
import { KINDS as TIFFS } from "../tiff/kinds.ts";

const ROUNDS = Deno.args.includes("--all") ? 100_000 : 1_000;

const DOT = png({ width: 1, height: 1, type: 0 }, Uint8Array.of(0, 9));

const ICONS = [
  iconOf([plainOf(16, 1), DOT, plainOf(24, 2)]),
  iconOf([
    iconBitmap(
      { ...SIZE, bits: 8 },
      paletteOf(coloursOf(256)),
      Buffer.alloc(16 * 7 + 4 * 7, 1),
    ),
  ], 2),
];

/** In tiles, whose headers are within. */
async function jpegTiles(): Promise<Uint8Array[]> {
  const tiles = { tile: true, tileWidth: 64, tileHeight: 64 };
  return await sharp([{
    input: await makePicture("JPEG, 4:2:0"),
    calls: [
      ["resize", 100, 100, { fit: "fill" }],
      ["tiff", { compression: "jpeg", ...tiles }],
    ],
  }]);
}

const FORMATS: [
  format: string,
  files: readonly Uint8Array[],
  rounds: number,
][] = [
  ["BMP", BITMAPS.map(({ file }) => file), ROUNDS],
  ["ICO", ICONS, ROUNDS],
  ["TIFF", TIFFS.map(({ file }) => file), ROUNDS],
  // Each of its four tiles takes the engine some time.
  ["TIFF of JPEG", await jpegTiles(), ROUNDS / 10],
];

for (const [format, files, rounds] of FORMATS) {
  Deno.test(`I10 ${format}: no mutation throws`, async () => {
    const { below } = dice(20_261_123);
    const ends = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      // A Buffer would not be copied before it is broken.
      const file = Uint8Array.from(files[round % files.length] ?? []);
      const broken = mutated(file, below);
      const header = readHeader(broken);
      const isLarge = typeof header === "object" &&
        header.size.width * header.size.height > 1e5;
      const end = isLarge ? "large" : await endOfFile(broken);
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }

    // It decodes some, and refuses some: not all mutations are of no account.
    const pictures = ends.get("picture") ?? 0;
    ok(pictures > rounds / 50, JSON.stringify([...ends]));
    ok(pictures < rounds * 0.95, JSON.stringify([...ends]));
    ok((ends.get("truncated") ?? 0) > rounds / 100, JSON.stringify([...ends]));
  });
}
