/**
 * A small file of each format that the engine does not read, of 64 × 48.
 *
 * @module
 */
import { write } from "../../supabase/functions/image-proxy/bmp/write.ts";
import type { SourceFormat } from "../../supabase/functions/image-proxy/header/header.ts";
import { sharp } from "../engine/oracle.ts";
import { png } from "../engine/png.ts";
import { iconOf } from "../ico/icons.ts";

const SIZE = { width: 64, height: 48 };

const COLOURS = [[200, 30, 40, 255], [20, 40, 210, 255]];

/** Left red, right blue: so that one sees what was read. */
const PIXELS = Uint8Array.from(
  { length: 4 * SIZE.width * SIZE.height },
  (_, at) => COLOURS[at / 4 % SIZE.width < 32 ? 0 : 1]?.[at % 4] ?? 0,
);
const SVG = `<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 48">
  <path fill="#c81e28" d="M0 0h32v48H0z"/>
  <path fill="#1428d2" d="M32 0h32v48H32z"/>
</svg>`;

/** By format. */
export type Files = Readonly<
  Record<Exclude<SourceFormat, "jpeg" | "png" | "webp" | "heic">, Uint8Array>
>;

/** One of each. */
export async function makeFiles(): Promise<Files> {
  const raw = { ...SIZE, channels: 4 } as const;
  const [gif, tiff, avif, picture] = await sharp([
    ["gif"] as const,
    ["tiff", { compression: "lzw" }] as const,
    ["avif", { quality: 90, effort: 0 }] as const,
    ["png"] as const,
  ].map((call) => ({ input: PIXELS, raw, calls: [["removeAlpha"], call] })));
  if (!gif || !tiff || !avif || !picture) throw new Error("sharp has failed");
  const bmp = write({ ...SIZE, hasAlpha: false, pixels: PIXELS });
  const small = png({ width: 1, height: 1 }, Uint8Array.of(0, 9, 9, 9));
  const ico = iconOf([small, picture]);
  const svg = new TextEncoder().encode(SVG);
  return { avif, gif, svg, bmp, tiff, ico };
}

/** What its left and its right half are, of red, green and blue. */
export const HALVES = COLOURS.map((it) => it.slice(0, 3));
