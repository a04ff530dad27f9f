/**
 * The header of a bitmap, as Windows and OS/2 have it in files and in icons.
 * No I/O.
 *
 * Sources: `BITMAPCOREHEADER`, `BITMAPINFOHEADER`, `BITMAPV4HEADER` and
 * `BITMAPV5HEADER` of the Windows SDK.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import type { Numbers } from "../header/numbers.ts";
import { Refused } from "../header/refused.ts";
import { type Masks, USUAL_MASKS } from "./masks.ts";

/** How a bitmap is stored. */
export interface Bitmap {
  readonly size: Size;
  /** Otherwise its first row is the lowest. */
  readonly isTopDown: boolean;
  /** Of a pixel: 1, 2, 4 and 8 of a palette, 16, 24 or 32. */
  readonly bits: number;
  readonly coding: "plain" | "rle4" | "rle8";
  /** Of 16 and 32 bits. */
  readonly masks: Masks;
  readonly palette: Palette;
  /** Behind all of that: where the pixels of an icon are. */
  readonly end: number;
  /** An ICC profile, by its place in the file. */
  readonly profile?: { readonly at: number; readonly length: number };
}

/** Colours, blue first, of 3 bytes or of 4, of which the last is unused. */
export interface Palette {
  readonly at: number;
  readonly colours: number;
  readonly bytes: 3 | 4;
}

/** Whether its pixels say how much is seen through them. */
export function hasAlphaOf({ bits, masks }: Bitmap): boolean {
  return (bits === 16 || bits === 32) && masks.alpha !== 0;
}

/** Core, OS/2 2.x, information and its versions: the only sizes there are. */
export const HEADER_SIZES: ReadonlySet<number> = new Set([
  ...[12, 16, 40, 52, 56, 64, 108, 124],
]);

const [CORE, OS2_SHORT, INFO, OS2, V4, V5] = [12, 16, 40, 64, 108, 124];

/** `biCompression`. Of OS/2, 3 and 4 are other things. */
const FIELDS = new Set([3, 6]);

/** `LCS_PROFILE_EMBEDDED` */
const EMBEDDED = 0x4d424544;

/** What all kinds of headers say. */
interface Said {
  readonly at: number;
  readonly length: number;
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly compression: number;
  readonly colours: number;
}

/**
 * Reads the header at `at`.
 *
 * @throws {Refused} If it is none, or of a kind that is not read.
 */
export function readBitmap(file: Numbers, at: number): Bitmap {
  const said = saidAt(file, at);
  const { width, height, bits, length, compression } = said;
  if (width <= 0 || height === 0) throw new Refused("corrupt");
  const coding = codingOf(said);
  const isTopDown = height < 0;
  // Source: biHeight of BITMAPINFOHEADER.
  if (isTopDown && coding !== "plain") throw new Refused("corrupt");
  const palette = paletteOf(said);
  return {
    size: { width, height: Math.abs(height) },
    isTopDown,
    bits,
    coding,
    masks: FIELDS.has(compression) || length > INFO && length !== OS2
      ? masksOf(file, said)
      : USUAL_MASKS[bits] ?? NO_MASKS,
    palette,
    end: palette.at + palette.colours * palette.bytes,
    ...profileOf(file, said),
  };
}

function saidAt(file: Numbers, at: number): Said {
  const length = file.u32(at);
  if (!HEADER_SIZES.has(length)) throw new Refused("corrupt");
  if (length === CORE) {
    const [width, height] = [file.u16(at + 4), file.u16(at + 6)];
    const bits = file.u16(at + 10);
    return { at, length, width, height, bits, compression: 0, colours: 0 };
  }
  const isShort = length === OS2_SHORT;
  return {
    at,
    length,
    width: file.i32(at + 4),
    height: file.i32(at + 8),
    bits: file.u16(at + 14),
    compression: isShort ? 0 : file.u32(at + 16),
    colours: isShort ? 0 : file.u32(at + 32),
  };
}

/** JPEG, PNG, inks and Huffman codes are for printers. */
function codingOf({ bits, compression, length }: Said): Bitmap["coding"] {
  const isFields = FIELDS.has(compression) && length !== OS2;
  const depths = isFields ? [16, 32] : DEPTHS[compression];
  if (depths === undefined) throw new Refused(NOT_READ);
  if (!depths.includes(bits)) throw new Refused("corrupt");
  return compression === 1 ? "rle8" : compression === 2 ? "rle4" : "plain";
}

const NOT_READ = "unsupported: A BMP of this compression is not read";

/** By `biCompression`: `BI_RGB`, `BI_RLE8` and `BI_RLE4`. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16, 24, 32],
  1: [8],
  2: [4],
};

function paletteOf(said: Said): Palette {
  const { at, length, bits, colours } = said;
  const all = bits <= 8 ? 2 ** bits : 0;
  return {
    at: at + length + 4 * fieldsBehind(said),
    colours: colours === 0 ? all : colours,
    bytes: length === CORE ? 3 : 4,
  };
}

/** Masks that follow the oldest header, and are part of the newer ones. */
function fieldsBehind({ length, compression }: Said): number {
  if (length !== INFO || !FIELDS.has(compression)) return 0;
  return compression === 3 ? 3 : 4;
}

const NO_MASKS: Masks = { red: 0, green: 0, blue: 0, alpha: 0 };

/** Alpha may be said where the rest is as usual. */
function masksOf(file: Numbers, said: Said): Masks {
  const { at, length, bits, compression } = said;
  const [red = 0, green = 0, blue = 0, alpha = 0] = [0, 1, 2, 3].map((i) => {
    const isThere = i < 3 || length > 52 || fieldsBehind(said) === 4;
    return isThere ? file.u32(at + 40 + 4 * i) : 0;
  });
  if (FIELDS.has(compression)) return { red, green, blue, alpha };
  return { ...USUAL_MASKS[bits] ?? NO_MASKS, alpha: bits === 32 ? alpha : 0 };
}

function profileOf(file: Numbers, { at, length }: Said) {
  if (length < V5 || file.u32(at + 56) !== EMBEDDED) return {};
  const [offset, bytes] = [file.u32(at + V4 + 4), file.u32(at + V4 + 8)];
  return { profile: { at: at + offset, length: bytes } };
}
