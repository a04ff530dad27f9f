/**
 * The pictures of an icon or a cursor. No I/O.
 *
 * Source: `ICONDIR` and `ICONDIRENTRY` of the Windows SDK. What an entry says of
 * its picture is not believed: a picture says it itself.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import { ascii } from "../header/header.ts";
import { Numbers } from "../header/numbers.ts";
import { orUnreadable, Refused, unsupported } from "../header/refused.ts";
import { pngHeader } from "../header/png.ts";
import { type Bitmap, readBitmap } from "../bmp/bitmap.ts";
import { decodeCost, pngCost } from "./costs.ts";

/** One of the pictures. */
export interface Picture {
  readonly size: Size;
  /** Of a pixel: those of a PNG are all of its channels'. */
  readonly bits: number;
  /** What it is, by its place in the file. */
  readonly at: number;
  readonly length: number;
  /** Absent of a PNG. */
  readonly bitmap?: Bitmap;
  readonly passes: number;
  readonly keptBytes: number;
  /** To decode it, in nanoseconds. */
  readonly ns: number;
}

const [DIRECTORY, ENTRY] = [6, 16];

/** Programs write about ten. */
const MOST = 256;

/** Whether `file` begins with a directory and an entry that may be one. */
export function isIco(file: Uint8Array): boolean {
  const start = ascii(file, 0, 4);
  if (start !== "\0\0\x01\0" && start !== "\0\0\x02\0") return false;
  if (file.length < DIRECTORY) return true;
  const numbers = new Numbers(file, true);
  const count = numbers.u16(4);
  if (count < 1 || count > MOST) return false;
  if (file.length < DIRECTORY + ENTRY) return true;
  return numbers.u32(DIRECTORY + 12) >= DIRECTORY + ENTRY * count;
}

/**
 * All pictures of `file` that can be read: at least one.
 *
 * @throws {Refused} If there is none, or if one of them is not all there.
 */
export function picturesOf(file: Uint8Array): Picture[] {
  const numbers = new Numbers(file, true);
  const count = numbers.u16(4);
  const pictures: Picture[] = [];
  let why: Refused["why"] = "corrupt";
  for (let i = 0; i < count; i++) {
    const entry = DIRECTORY + ENTRY * i;
    const [length, at] = [numbers.u32(entry + 8), numbers.u32(entry + 12)];
    const found = orUnreadable(() => pictureAt(numbers, at, length));
    if (found === "truncated") throw new Refused(found);
    if (typeof found === "string") why = found;
    else pictures.push(found);
  }
  if (pictures.length === 0) throw new Refused(why);
  return pictures;
}

function pictureAt(file: Numbers, at: number, length: number): Picture {
  const isPng = file.u32(at) === 0x474e5089;
  return isPng ? pngAt(file, at, length) : bitmapAt(file, at, length);
}

/** Channels of a PNG, by its type of colour: section 11.2.1, table 12. */
const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 4: 2, 6: 4 };

function pngAt({ bytes }: Numbers, at: number, length: number): Picture {
  const file = bytes.subarray(at, at + length);
  const header = pngHeader(file);
  if (typeof header === "string") throw new Refused(header);
  const { size, passes, keptBytes } = header;
  const [depth = 0, type = 0] = file.subarray(24, 26);
  const bits = depth * (CHANNELS[type] ?? 1);
  return { size, bits, at, length, passes, keptBytes, ns: pngCost(size) };
}

/** Twice as high as it is: a mask follows. */
function bitmapAt(file: Numbers, at: number, length: number): Picture {
  const doubled = readBitmap(file, at);
  if (doubled.coding !== "plain") {
    throw unsupported("A bitmap in it is compressed");
  }
  const height = Math.floor(doubled.size.height / 2);
  if (height === 0) throw new Refused("corrupt");
  const size = { width: doubled.size.width, height };
  const bitmap: Bitmap = { ...doubled, size };
  const { bits } = bitmap;
  const rest = { passes: 1, keptBytes: 0, ns: decodeCost(bitmap) };
  return { size, bits, at, length, bitmap, ...rest };
}
