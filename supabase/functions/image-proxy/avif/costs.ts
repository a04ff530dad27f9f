/**
 * What a decode and an encode will take, said before they begin. No I/O.
 *
 * Costs are in the units of `engine/src/budget.h`, each about a nanosecond of
 * code that is not warm yet: CPU time of all threads, with the module's
 * unpacking and compilation. Source: Deno 2.1.4, two cores of an AMD EPYC, 24
 * GiB, 2026-11-22, a process for each; noise and photographs of 0.25 to 8 MP.
 *
 * @module
 */
import { MiB } from "../../_shared/units.ts";
import type { Coded } from "./coded.ts";
import type { Header } from "./header.ts";
import type { Pixels } from "./pixels.ts";

/** Of the first picture: to unpack and compile the decoder. */
const DECODER = 250_000_000;

/**
 * A pixel of colours, and again one of alpha. Photographs take 100 in 4:4:4,
 * noise from which little is left 130, and what has grain put on it 180:
 * filters take as long for a byte as for none.
 */
const PIXEL = 180;

/** The same, of 10 or 12 bits: grain and all, 300. */
const DEEP_PIXEL = 300;

/** A byte of the streams: codes take 80 to 110, whatever they are of. */
const BYTE = 110;

/** What a decode of a file takes. */
export function decodeCost({ picture, alpha, bytes }: Header): number {
  return DECODER + costOf(picture) + (alpha ? costOf(alpha) : 0) + BYTE * bytes;
}

function costOf(coded: Coded): number {
  return (coded.depth === 8 ? PIXEL : DEEP_PIXEL) * areaOf(coded, true);
}

/** Pixels of all tiles, and of all their layers, if that matters. */
function areaOf({ tiles }: Coded, isLayered: boolean): number {
  return tiles.reduce((sum, { size: { width, height }, frames }) => {
    // A stream that is not here yet has one.
    const layers = isLayered ? Math.max(frames, 1) : 1;
    return sum + width * height * layers;
  }, 0);
}

/**
 * Bytes that the decoder's memory grows to: what it has of its own, and then
 * planes, RGBA and what is known of each block, for a pixel; the file is in it
 * twice. Photographs take 16 to 18 MiB a megapixel in 8 bits, 24 to 26 in 12,
 * and their alpha 15 to 21 more.
 */
const OWN = 6 * MiB;
const PIXEL_BYTES = 19;
const DEEP_PIXEL_BYTES = 28;
const ALPHA_BYTES = 16;
const DEEP_ALPHA_BYTES = 22;

/** What a decode of a file takes in bytes, of the decoder's memory. */
export function decodeMemory({ picture, alpha, bytes }: Header): number {
  const colours = picture.depth === 8 ? PIXEL_BYTES : DEEP_PIXEL_BYTES;
  const all = OWN + colours * areaOf(picture, false) + 2 * bytes;
  if (alpha === undefined) return all;
  const others = alpha.depth === 8 ? ALPHA_BYTES : DEEP_ALPHA_BYTES;
  return all + others * areaOf(alpha, false);
}

/** What an encode takes, by speed. */
const ENCODES = {
  /** Of the first picture, most of it code that is compiled for good. */
  6: { encoder: 1_500_000_000, pixel: 1200, alpha: 900, pixelBytes: 48 },
  7: { encoder: 900_000_000, pixel: 1400, alpha: 900, pixelBytes: 48 },
  8: { encoder: 800_000_000, pixel: 1250, alpha: 1500, pixelBytes: 36 },
  9: { encoder: 250_000_000, pixel: 600, alpha: 250, pixelBytes: 36 },
} as const;

/** The same as 9. */
export type Speed = keyof typeof ENCODES | 10;

function encodeOf(speed: Speed): typeof ENCODES[keyof typeof ENCODES] {
  return ENCODES[speed === 10 ? 9 : speed];
}

/** What is encoded, as far as it matters. */
export type Made = Pick<Pixels, "width" | "height" | "hasAlpha">;

/**
 * What an encode takes. Noise of a quality of 95 is what these are for;
 * photographs of 60 take two thirds. Speed 9 is within the 1.1 s of
 * `ENCODE_COST` up to 1.4 MP, or 1 MP with alpha; speed 8 up to 0.24 MP; the
 * others never.
 */
export function encodeCost(
  { width, height, hasAlpha }: Made,
  speed: Speed,
): number {
  const { encoder, pixel, alpha } = encodeOf(speed);
  return encoder + (pixel + (hasAlpha ? alpha : 0)) * width * height;
}

/** Of its own. */
const ENCODER_BYTES = 4 * MiB;

/** What an encode takes in bytes, of the encoder's memory: alpha comes after. */
export function encodeMemory({ width, height }: Made, speed: Speed): number {
  return ENCODER_BYTES + encodeOf(speed).pixelBytes * width * height;
}

/**
 * What the memory of a codec may grow to. Of what is decoded that is 2.1 MP in
 * 8 bits, 1.4 MP in 10 or 12, and 1.1 MP with alpha; of what is encoded 1.2 MP,
 * or 0.9 MP at speeds 6 and 7. An instance is kept with what it has: memory that
 * is let go of is not collected before the next one needs its own.
 *
 * A process that has decoded 1 MP has taken 105 MiB at most, of which Deno takes
 * 53; 2 MP, 130. With the engine for what comes after these are 140 and 190,
 * and with the encoder for 0.43 MP 180 and 205.
 */
export const MAX_MEMORY = 48 * MiB;
