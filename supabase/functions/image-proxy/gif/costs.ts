/**
 * What GIF takes, said before it is begun. No I/O.
 *
 * Costs are in the units of `engine/src/budget.h`, each about a nanosecond of
 * code that is not warm yet.
 *
 * @module
 */
import { MiB } from "../../_shared/units.ts";
import type { Size } from "../engine/geometry.ts";
import type { Frame } from "./blocks.ts";

/** To unpack and compile the decoder. */
const START = 60_000_000;

/** A pixel of a frame, and a byte of its codes, which are gone over twice. */
const PIXEL = 40;
const BYTE = 30;

/** A file for the decoder, and what it answers. */
const FRAME = 50_000;

/** What decoding a frame takes, once the decoder is there. */
export function frameCost({ part, data }: Frame): number {
  const pixels = part.width * part.height;
  return FRAME + PIXEL * pixels + BYTE * (data.to - data.from);
}

/** What decoding a frame alone takes. */
export function decodeCost(frame: Frame): number {
  return START + frameCost(frame);
}

/** What the decoder has of its own. */
const OWN = 2 * MiB;

/** Bytes that the decoder's memory grows to for a frame: RGBA, and its codes. */
export function decodeMemory({ part, data }: Frame): number {
  return OWN + 4 * part.width * part.height + data.to - data.from;
}

/** What an encoder begins with: code that is not warm, and a palette. */
const ENCODE_START = 120_000_000;

/** A pixel of noise. */
const ENCODED_PIXEL = 110;

/** What encoding a picture takes. */
export function encodeCost({ width, height }: Size): number {
  return ENCODE_START + ENCODED_PIXEL * width * height;
}
