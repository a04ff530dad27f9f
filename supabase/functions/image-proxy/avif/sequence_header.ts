/**
 * What an AV1 stream says of itself: the sequence header, AV1 §5.5. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import type { Colour } from "../colour/colour.ts";
import { Bits } from "../heif/bits.ts";

export interface SequenceHeader {
  /** No frame of the stream is larger: `max_frame_width_minus_1`, plus one. */
  readonly size: Size;
  readonly profile: number;
  readonly level: number;
  readonly tier: number;
  readonly depth: 8 | 10 | 12;
  readonly isGrey: boolean;
  /** Whether there are half as many samples of colour, across and down. */
  readonly subsampling: { readonly x: boolean; readonly y: boolean };
  readonly colour: Colour;
}

/** Reads an OBU's payload. */
export function readSequenceHeader(payload: Uint8Array): SequenceHeader {
  const bits = new Bits(payload);
  const profile = bits.take(3);
  bits.take(1); // still_picture
  const isReduced = bits.flag();
  const { level, tier } = isReduced
    ? { level: bits.take(5), tier: 0 }
    : readOperatingPoints(bits);
  const widthBits = bits.take(4) + 1;
  const heightBits = bits.take(4) + 1;
  const width = bits.take(widthBits) + 1;
  const height = bits.take(heightBits) + 1;
  if (!isReduced && bits.flag()) bits.take(7); // frame ids
  bits.take(3); // superblocks of 128, and two filters of edges
  if (!isReduced) skipInterTools(bits);
  bits.take(3); // superres, CDEF, restoration
  const rest = readColourConfig(bits, profile);
  return { size: { width, height }, profile, level, tier, ...rest };
}

/** The level of the first of them, which is what is decoded. */
function readOperatingPoints(bits: Bits): { level: number; tier: number } {
  let delayBits = 0;
  let hasModel = false;
  if (bits.flag()) { // timing_info
    bits.take(32);
    bits.take(32);
    if (bits.flag()) bits.skipUvlc();
    hasModel = bits.flag();
    if (hasModel) {
      delayBits = bits.take(5) + 1;
      bits.take(32);
      bits.take(10);
    }
  }
  const hasDelays = bits.flag();
  const count = bits.take(5) + 1;
  let first = { level: 0, tier: 0 };
  for (let i = 0; i < count; i++) {
    bits.take(12); // operating_point_idc
    const level = bits.take(5);
    const tier = level > 7 ? bits.take(1) : 0;
    if (i === 0) first = { level, tier };
    if (hasModel && bits.flag()) {
      bits.take(delayBits);
      bits.take(delayBits);
      bits.take(1);
    }
    if (hasDelays && bits.flag()) bits.take(4);
  }
  return first;
}

function skipInterTools(bits: Bits): void {
  bits.take(4);
  const hasOrder = bits.flag();
  if (hasOrder) bits.take(2);
  const isScreen = bits.flag() || bits.flag();
  if (isScreen && !bits.flag()) bits.take(1);
  if (hasOrder) bits.take(3);
}

/** AV1 §5.5.2. */
function readColourConfig(
  bits: Bits,
  profile: number,
): Pick<SequenceHeader, "depth" | "isGrey" | "subsampling" | "colour"> {
  const isHigh = bits.flag();
  const isTwelve = isHigh && profile === 2 && bits.flag();
  const depth = isTwelve ? 12 : isHigh ? 10 : 8;
  const isGrey = profile !== 1 && bits.flag();
  const [primaries, transfer, matrix] = bits.flag()
    ? [bits.take(8), bits.take(8), bits.take(8)] as const
    : [2, 2, 2] as const;
  const isRgb = primaries === 1 && transfer === 13 && matrix === 0;
  const isFull = (!isGrey && isRgb) || bits.flag();
  const subsampling = isGrey
    ? { x: true, y: true }
    : isRgb
    ? { x: false, y: false }
    : readSubsampling(bits, profile, isTwelve);
  const colour = { primaries, transfer, matrix, isFull };
  return { depth, isGrey, subsampling, colour };
}

function readSubsampling(
  bits: Bits,
  profile: number,
  isTwelve: boolean,
): { x: boolean; y: boolean } {
  if (profile === 0) return { x: true, y: true };
  if (profile === 1) return { x: false, y: false };
  if (!isTwelve) return { x: true, y: false };
  const x = bits.flag();
  return { x, y: x && bits.flag() };
}
