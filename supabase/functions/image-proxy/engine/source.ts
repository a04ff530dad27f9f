/**
 * What the engine reads: a file, or the pixels of another decoder. No I/O.
 *
 * @module
 */
import type { Size } from "./geometry.ts";
import type { Orientation } from "./orientation.ts";

/** In the order of `enum space`. */
const SPACES = ["rgb", "grey", "ink"] as const;

/**
 * What a pixel's first bytes are: `grey` is the same number thrice, with alpha
 * behind it, and `ink` is cyan, magenta, yellow and black, of which 255 is all.
 */
export type Space = typeof SPACES[number];

/** A picture that another decoder has made. */
export interface Pixels {
  /** As stored: before the orientation. */
  readonly size: Size;
  /** Upright unless it says otherwise. */
  readonly orientation?: Orientation;
  /** An ICC profile, of at most 1 MiB. In sRGB without one. */
  readonly profile?: Uint8Array;
  /** Where it is not, the fourth byte of a pixel means nothing. */
  readonly hasAlpha: boolean;
  /** What the bytes of a pixel are, if not red, green, blue and alpha. */
  readonly space?: Space;
  /** Rows of red, green, blue and alpha, a byte each, from the top. */
  readonly pixels: Uint8Array | ReadRow;
}

/**
 * Writes row `y` into `into`. Called once for each row from the top, perhaps not
 * to the last; throws {@linkcode Failed} where the file is broken.
 */
export type ReadRow = (y: number, into: Uint8Array) => void;

/** A file, or pixels. */
export type Source = Uint8Array | Pixels;

/** Bytes that are asked for by their place. */
export interface Part {
  readonly length: number;
  /** Copies what there is from `from` on, as far as there is room for it. */
  copy(from: number, to: Uint8Array): number;
}

/** One behind the other. */
export function partsOf(source: Source): Part[] {
  if (source instanceof Uint8Array) return [bytes(source)];
  const { size, pixels, profile = NONE } = source;
  const used = profile.length <= PROFILE_MOST ? profile : NONE;
  const rest = pixels instanceof Uint8Array
    ? bytes(pixels)
    : rows(size, pixels);
  return [bytes(startOf(source, used.length)), bytes(used), rest];
}

const NONE = new Uint8Array();

/** In bytes. A larger profile is ignored, as in a file. */
const PROFILE_MOST = 2 ** 20;

/** What stands before the profile and the pixels: `engine/src/pixels_read.c`. */
function startOf(
  { size, hasAlpha, space = "rgb", orientation = 1 }: Pixels,
  profileBytes: number,
): Uint8Array {
  const numbers = [0x4c585089, size.width, size.height];
  numbers.push(
    hasAlpha ? 1 : 0,
    SPACES.indexOf(space),
    orientation,
    profileBytes,
  );
  const start = new DataView(new ArrayBuffer(4 * numbers.length));
  for (const [i, it] of numbers.entries()) start.setUint32(4 * i, it, true);
  return new Uint8Array(start.buffer);
}

function bytes(all: Uint8Array): Part {
  return {
    length: all.length,
    copy(from, to) {
      const part = all.subarray(from, from + to.length);
      to.set(part);
      return part.length;
    },
  };
}

/** The engine asks for a row at a time. */
function rows({ width, height }: Size, read: ReadRow): Part {
  const stride = 4 * width;
  return {
    length: stride * height,
    copy(from, to) {
      const row = to.subarray(0, stride);
      read(from / stride, row);
      return row.length;
    },
  };
}
