/**
 * Icons whose pixels are known.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { type Claim, headerOf } from "../bmp/bitmaps.ts";

/** What a directory says of a picture, if it is not the truth. */
export interface Lie {
  readonly at?: number;
  readonly length?: number;
}

/** A file of these pictures. The type is 1 of an icon, and 2 of a cursor. */
export function iconOf(
  pictures: readonly Uint8Array[],
  type: 1 | 2 = 1,
  lie: Lie = {},
): Uint8Array {
  const start = Buffer.from([0, 0, type, 0, 0, 0]);
  start.writeUInt16LE(pictures.length, 4);
  let at = 6 + 16 * pictures.length;
  const entries = pictures.map((picture) => {
    const { length } = picture;
    const entry = Buffer.alloc(16);
    if (picture[0] === 40) describe(Buffer.from(picture), entry);
    entry.writeUInt32LE(lie.length ?? length, 8);
    entry.writeUInt32LE(lie.at ?? at, 12);
    at += length;
    return entry;
  });
  return Buffer.concat([start, ...entries, ...pictures]);
}

/** What an entry says of a bitmap, for who believes it. */
function describe(bitmap: Buffer, entry: Buffer): void {
  entry[0] = bitmap.readInt32LE(4);
  entry[1] = bitmap.readInt32LE(8) / 2;
  entry.writeUInt16LE(1, 4);
  entry.writeUInt16LE(bitmap.readUInt16LE(14), 6);
}

/** A bitmap as icons have it: twice as high as it is. */
export function iconBitmap(
  claim: Claim & { readonly height: number },
  ...parts: readonly Uint8Array[]
): Uint8Array {
  return Buffer.concat([
    headerOf({ ...claim, height: 2 * claim.height }),
    ...parts,
  ]);
}

/** A picture of one colour, of 24 bits and a mask that hides nothing. */
export function plainOf(side: number, grey: number): Uint8Array {
  const size = { width: side, height: side };
  const stride = Math.ceil(3 * side / 4) * 4;
  const mask = Buffer.alloc(Math.ceil(side / 32) * 4 * side);
  return iconBitmap(
    { ...size, bits: 24 },
    Buffer.alloc(stride * side, grey),
    mask,
  );
}
