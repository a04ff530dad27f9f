/**
 * Bitmaps of every kind, whose pixels are known.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { dice } from "../index/random.ts";

/** No row of it is a multiple of 4 bytes, but of 32 bits. */
export const SIZE: Size = { width: 13, height: 7 };

/** What a header says beside its size. */
export interface Claim {
  /** Bytes of it: 40 if it does not say. */
  readonly header?: number;
  readonly width?: number;
  readonly height?: number;
  readonly bits: number;
  readonly compression?: number;
  readonly colours?: number;
  /** Red, green, blue and alpha. */
  readonly masks?: readonly number[];
}

/** The header of a bitmap, and masks behind it where that is their place. */
export function headerOf(claim: Claim): Buffer {
  const { header = 40, width = SIZE.width, height = SIZE.height } = claim;
  const { bits, compression = 0, colours = 0, masks = [] } = claim;
  const behind = header === 40 ? 4 * masks.length : 0;
  const bytes = Buffer.alloc(header + behind);
  bytes.writeUInt32LE(header);
  if (header === 12) {
    for (const [i, it] of [width, height, 1, bits].entries()) {
      bytes.writeUInt16LE(it, 4 + 2 * i);
    }
    return bytes;
  }
  bytes.writeInt32LE(width, 4);
  bytes.writeInt32LE(height, 8);
  bytes.writeUInt16LE(1, 12);
  bytes.writeUInt16LE(bits, 14);
  if (header === 16) return bytes;
  bytes.writeUInt32LE(compression, 16);
  bytes.writeUInt32LE(colours, 32);
  for (const [i, it] of masks.entries()) bytes.writeUInt32LE(it, 40 + 4 * i);
  return bytes;
}

/** A file of a header, colours and pixels, and a gap before the pixels. */
export function fileOf(
  header: Uint8Array,
  palette: Uint8Array,
  data: Uint8Array,
  gap = 0,
): Uint8Array {
  const start = Buffer.alloc(14);
  const at = 14 + header.length + palette.length + gap;
  start.write("BM", "latin1");
  start.writeUInt32LE(at + data.length, 2);
  start.writeUInt32LE(at, 10);
  return Buffer.concat([start, header, palette, Buffer.alloc(gap), data]);
}

/** The rows of numbers of `bits` each, the first in the highest bits. */
export function packed(
  rows: readonly (readonly number[])[],
  bits: number,
): Uint8Array {
  return Buffer.concat(rows.map((row) => {
    const text = row.map((it) => it.toString(2).padStart(bits, "0")).join("");
    const all = text.padEnd(Math.ceil(text.length / 32) * 32, "0");
    return Buffer.from((all.match(/.{8}/g) ?? []).map((it) => parseInt(it, 2)));
  }));
}

/** The same of 16, 24 or 32 bits, the lowest byte first. */
export function littleRows(
  rows: readonly (readonly number[])[],
  bits: number,
): Uint8Array {
  return Buffer.concat(rows.map((row) => {
    const bytes = row.flatMap((it) =>
      Array.from({ length: bits / 8 }, (_, i) => it >>> 8 * i & 255)
    );
    while (bytes.length % 4 !== 0) bytes.push(0xee);
    return Buffer.from(bytes);
  }));
}

/** Rows of numbers below `most`, by chance. */
export function chance(seed: number, most: number): number[][] {
  const { below } = dice(seed);
  return Array.from(
    { length: SIZE.height },
    () => Array.from({ length: SIZE.width }, () => below(most)),
  );
}

/** Colours by chance: red, green and blue. */
export function coloursOf(count: number): number[][] {
  const { below } = dice(count);
  return Array.from(
    { length: count },
    () => [below(256), below(256), below(256)],
  );
}

/** As a palette has them: blue first, and a fourth byte that means nothing. */
export function paletteOf(
  colours: readonly (readonly number[])[],
  bytes: 3 | 4 = 4,
): Uint8Array {
  return Buffer.concat(
    colours.map(([red = 0, green = 0, blue = 0]) =>
      Buffer.from([blue, green, red, 7].slice(0, bytes))
    ),
  );
}

/** The pixels that rows of indexes show. */
export function shown(
  rows: readonly (readonly number[])[],
  colours: readonly (readonly number[])[],
): Uint8Array {
  return Uint8Array.from(
    rows.flat().flatMap((it) => [...colours[it] ?? [0, 0, 0], 255]),
  );
}
