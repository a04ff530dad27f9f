/**
 * What the fields of a TIFF mean: how its pixels are stored. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import type { Orientation } from "../engine/orientation.ts";
import { Refused, unsupported } from "../header/refused.ts";
import { type Blocks, blocksOf } from "./blocks.ts";
import type { Directory } from "./directory.ts";

/** How a block is compressed. */
export type Compression =
  | "none"
  | "lzw"
  | "deflate"
  | "packbits"
  | "fax"
  | "jpeg";

/** What the samples of a pixel are. */
export type Colour = "white is 0" | "black is 0" | "rgb" | "palette" | "ink";

/** What another sample of a pixel is, if it counts. */
export type Alpha = "straight" | "multiplied";

/** A picture, and where its blocks are. */
export interface Image {
  readonly size: Size;
  readonly orientation: Orientation;
  /** Bits of a sample: all have as many. */
  readonly bits: 1 | 2 | 4 | 8 | 16;
  /** Of a pixel, with those that mean nothing. */
  readonly samples: number;
  readonly colour: Colour;
  readonly alpha: Alpha | undefined;
  /** Which of the samples alpha is. */
  readonly alphaAt: number;
  readonly compression: Compression;
  /** Whether a sample is the difference to the one before it. */
  readonly isDifferences: boolean;
  readonly isLittle: boolean;
  /** Whether the bits of a byte begin with the lowest. */
  readonly isReversed: boolean;
  readonly blocks: Blocks;
  /** Red, green and blue of a palette, each of 16 bits, one after the other. */
  readonly palette: readonly number[];
  readonly profile: Place | undefined;
  /** Tables that the JPEG files of blocks share. */
  readonly tables: Place | undefined;
  /** Whether these have luminance and chroma inside, and not the colours. */
  readonly isYcc: boolean;
}

/** Bytes of the file. */
export interface Place {
  readonly at: number;
  readonly length: number;
}

/** By their numbers in TIFF 6.0; 32946 is what deflate was before it was 8. */
const COMPRESSIONS: Readonly<Record<number, Compression>> = {
  1: "none",
  4: "fax",
  5: "lzw",
  7: "jpeg",
  8: "deflate",
  32_773: "packbits",
  32_946: "deflate",
};

const COLOURS: Readonly<Record<number, Colour>> = {
  0: "white is 0",
  1: "black is 0",
  2: "rgb",
  3: "palette",
  5: "ink",
};

/** `YCbCr`, which is what a JPEG file has inside, and says so. */
const YCBCR = 6;

const OWN: Readonly<Record<Colour, number>> = {
  "white is 0": 1,
  "black is 0": 1,
  rgb: 3,
  palette: 1,
  ink: 4,
};

const BITS: readonly number[] = [1, 2, 4, 8, 16];

/** Of a pixel. */
const MOST_SAMPLES = 8;

/** Alpha, by which colours are multiplied or not: TIFF 6.0, page 31. */
const MULTIPLIED = 1;
const STRAIGHT = 2;

/** In bytes. Source: `PROFILE_MOST` of `engine/source.ts`. */
const MOST_PROFILE = 2 ** 20;

/** @throws {Refused} If it is broken, or of a kind that is not read. */
export function imageOf(directory: Directory, isLittle: boolean): Image {
  const size = sizeOf(directory);
  const compression = COMPRESSIONS[directory.number(259, 1)];
  if (compression === undefined) {
    throw unsupported("Its compression is not read");
  }
  const colour = colourOf(directory, compression);
  const own = OWN[colour];
  const samples = directory.number(277, 1);
  if (samples < own || samples > MOST_SAMPLES) throw new Refused("corrupt");
  const bits = bitsOf(directory, samples);
  requireWholeNumbers(directory);
  const isApart = samples > 1 && directory.number(284, 1) === 2;
  const extra = extraOf(directory, colour, samples);
  const image = {
    ...{ size, bits, samples, colour, compression, isLittle },
    orientation: orientationOf(directory),
    isReversed: directory.number(266, 1) === 2,
    ...alphaOf(extra, own),
    isDifferences: isDifferences(directory, compression, bits),
    blocks: blocksOf(directory, size, isApart ? samples : 1),
    palette: colour === "palette" ? paletteOf(directory, bits) : [],
    profile: profileOf(directory),
    tables: compression === "jpeg" ? directory.place(347) : undefined,
    isYcc: directory.number(262) === YCBCR,
  };
  requireFitting(image, isApart);
  return image;
}

function sizeOf(directory: Directory): Size {
  const size = { width: directory.number(256), height: directory.number(257) };
  if (size.width < 1 || size.height < 1) throw new Refused("corrupt");
  return size;
}

function colourOf(directory: Directory, compression: Compression): Colour {
  const number = directory.number(262);
  const isJpeg = compression === "jpeg";
  const colour = isJpeg && number === YCBCR ? "rgb" : COLOURS[number];
  const isOtherInk = colour === "ink" && directory.number(332, 1) !== 1;
  if (colour === undefined || isOtherInk) {
    throw unsupported("Its colours are not read");
  }
  return colour;
}

function bitsOf(directory: Directory, samples: number): Image["bits"] {
  const all = directory.numbers(258);
  const [bits = 1] = all;
  const isOne = all.slice(0, samples).every((it) => it === bits);
  if (!isOne || !BITS.includes(bits)) {
    throw unsupported("Its samples are of other bits");
  }
  return bits as Image["bits"]; // as `BITS` says
}

/** Signed ones and fractions are measurements, not pictures. */
function requireWholeNumbers(directory: Directory): void {
  const isOther = directory.numbers(339).some((it) => it !== 1 && it !== 4);
  if (isOther) {
    throw unsupported("Its samples are signed, or fractions");
  }
}

/** What samples mean beside the colours. */
function extraOf(
  directory: Directory,
  colour: Colour,
  samples: number,
): readonly number[] {
  const said = directory.numbers(338);
  // A fourth of which nothing is said is alpha to whoever reads such files.
  const isSilent = said.length === 0 && colour === "rgb" && samples === 4;
  return isSilent ? [STRAIGHT] : said;
}

function alphaOf(
  extra: readonly number[],
  own: number,
): Pick<Image, "alpha" | "alphaAt"> {
  const index = extra.findIndex((it) => it === MULTIPLIED || it === STRAIGHT);
  const alpha = index < 0
    ? undefined
    : extra[index] === MULTIPLIED
    ? "multiplied"
    : "straight";
  return { alpha, alphaAt: own + Math.max(0, index) };
}

function isDifferences(
  directory: Directory,
  compression: Compression,
  bits: number,
): boolean {
  if (compression !== "lzw" && compression !== "deflate") return false;
  const predictor = directory.number(317, 1);
  if (predictor === 1) return false;
  if (predictor !== 2 || bits < 8) {
    throw unsupported("Its predictor is not read");
  }
  return true;
}

function orientationOf(directory: Directory): Orientation {
  const number = directory.number(274, 1);
  return (number >= 1 && number <= 8 ? number : 1) as Orientation;
}

function paletteOf(directory: Directory, bits: number): readonly number[] {
  const palette = directory.numbers(320);
  if (bits > 8) throw unsupported("Its palette is of more than 8 bits");
  if (palette.length !== 3 * 2 ** bits) throw new Refused("corrupt");
  return palette;
}

/** What is too long is no profile that anybody has. */
function profileOf(directory: Directory): Place | undefined {
  const place = directory.place(34_675);
  return place && place.length <= MOST_PROFILE ? place : undefined;
}

/** What only some of these can have together. */
function requireFitting(image: Image, isApart: boolean): void {
  const { compression, bits, samples, colour, alphaAt, alpha } = image;
  if (alpha !== undefined && alphaAt >= samples) throw new Refused("corrupt");
  if (colour === "ink" && bits < 8) {
    throw unsupported("Its inks have less than 8 bits");
  }
  if (compression === "fax" && (bits !== 1 || samples !== 1)) {
    throw unsupported("Its fax has more than black and white");
  }
  if (compression !== "jpeg") return;
  const isKnown = bits === 8 && !isApart && samples === OWN[colour] &&
    colour !== "palette" && colour !== "white is 0";
  if (!isKnown) throw unsupported("Its JPEG has other samples than it says");
}
