/**
 * What a TIFF takes, said before it is begun. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import type { Compression, Image } from "./image.ts";

/** Nanoseconds of a byte that is unpacked, at worst, of code that is not warm. */
const UNPACKED: Readonly<Record<Compression, number>> = {
  none: 1,
  packbits: 8,
  fax: 2,
  deflate: 14,
  lzw: 22,
  jpeg: 0,
};

/** Of a byte as it is packed: of some, nothing comes. */
const PACKED: Readonly<Record<Compression, number>> = {
  none: 0,
  packbits: 12,
  fax: 150,
  deflate: 6,
  lzw: 8,
  jpeg: 12,
};

/** Of a row of fax, and of a pixel of the two rows that a block begins with. */
const FAX_ROW = 500;
const FAX_PIXEL = 3;

/** Of a packed byte whose bits are turned. */
const REVERSED = 15;

/** Of a byte that is a difference, of a sample, and of a pixel. */
const DIFFERENCE = 4;
const SAMPLE = 3;
const PIXEL = 10;

/** Of a pixel whose colours are divided by its alpha. */
const DIVIDED = 60;

/** Of a block, and of one that is a JPEG file, and of a pixel in that. */
const BLOCK = 4_000;
const JPEG_BLOCK = 150_000;
const JPEG_PIXEL = 70;

/** Of a byte that is written, and of a pixel. */
const WRITTEN = 45;

/** To decode, in nanoseconds. */
export function decodeCost(image: Image): number {
  const { size, blocks, samples, bits, compression } = image;
  const count = blocks.across * blocks.down * blocks.planes;
  // Tiles may reach beyond the picture.
  const width = blocks.across * blocks.size.width;
  const height = blocks.areTiles
    ? blocks.down * blocks.size.height
    : size.height;
  const stored = width * height;
  // Blocks may be the same bytes, again and again.
  const packed = (PACKED[compression] + (image.isReversed ? REVERSED : 0)) *
    blocks.lengths.slice(0, count).reduce((sum, it) => sum + it, 0);
  if (compression === "jpeg") {
    return packed + JPEG_BLOCK * count + JPEG_PIXEL * stored;
  }
  const fax = compression === "fax"
    ? FAX_ROW * blocks.across * height + FAX_PIXEL * count * blocks.size.width
    : 0;
  const bytes = stored * samples * bits / 8;
  const perByte = UNPACKED[compression] +
    (image.isDifferences ? DIFFERENCE : 0);
  const pixels = size.width * size.height;
  const divided = image.alpha === "multiplied" ? DIVIDED : 0;
  return packed + BLOCK * count + fax + perByte * bytes +
    (SAMPLE * samples + PIXEL + divided) * pixels;
}

/** What is kept in memory, in bytes: a row of blocks, or all of the pixels. */
export function keptBytes(image: Image): number {
  const { size, blocks, samples, bits, compression } = image;
  if (compression === "jpeg") {
    const block = blocks.size.width * blocks.size.height;
    return 4 * (size.width * size.height + block);
  }
  // A strip is unpacked where it is kept; a tile is put beside the others.
  const wide = size.width + (blocks.areTiles ? blocks.size.width : 0);
  return wide * blocks.size.height * samples * bits / 8;
}

/** To write one, in nanoseconds. */
export function encodeCost(
  { width, height, hasAlpha }: Size & { readonly hasAlpha: boolean },
): number {
  return WRITTEN * width * height * (hasAlpha ? 4 : 3);
}
