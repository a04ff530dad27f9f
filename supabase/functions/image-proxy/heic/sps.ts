/**
 * What a stream of HEVC says of its pictures: the sequence parameter set, ITU-T
 * H.265 §7.3.2.2. No I/O.
 *
 * @module
 */
import type { Colour } from "../colour/colour.ts";
import type { Size } from "../engine/geometry.ts";
import { Bits } from "../heif/bits.ts";
import type { Depth } from "../heif/coded.ts";
import { Refused, unsupported } from "../header/refused.ts";
import { unescaped } from "./nal.ts";
import { readColour } from "./vui.ts";

/** 0 is none, 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4: `chroma_format_idc`. */
export type Chroma = 0 | 1 | 2 | 3;

export interface Sps {
  /** What is shown: of what is coded, without its edges. */
  readonly size: Size;
  /** What is decoded, in whole blocks. */
  readonly coded: Size;
  readonly chroma: Chroma;
  readonly depth: Depth;
  readonly colour: Colour;
}

/** A level of 8 bits, and before it all that is said of a profile. */
const PROFILE_BITS = 88;

/** Of one picture's layers in time: table A.8 and §7.4.3.2.1. */
const MAX_SUB_LAYERS = 7;

/** §7.4.3.2.1: `log2_max_pic_order_cnt_lsb_minus4`. */
const MAX_ORDER_BITS = 16;

/**
 * Reads a unit. What stands in it behind the colours is of no account to
 * pictures that stand alone.
 */
export function readSps(nal: Uint8Array): Sps {
  const bits = new Bits(unescaped(nal));
  bits.take(16 + 4); // the unit's header, and which VPS it goes with
  const layers = bits.take(3) + 1;
  if (layers > MAX_SUB_LAYERS) throw new Refused("corrupt");
  bits.take(1);
  skipProfiles(bits, layers);
  bits.golomb(); // its number
  const chroma = readChroma(bits);
  const { coded, size } = readSizes(bits, chroma);
  const depth = readDepth(bits);
  const orderBits = bits.golomb() + 4;
  if (orderBits > MAX_ORDER_BITS) throw new Refused("corrupt");
  const isEach = bits.flag();
  for (let i = isEach ? 0 : layers - 1; i < layers; i++) skipGolombs(bits, 3);
  skipTools(bits);
  skipReferences(bits, orderBits);
  bits.take(2); // sps_temporal_mvp_enabled_flag, strong_intra_smoothing…
  return { size, coded, chroma, depth, colour: readColour(bits) };
}

function skipGolombs(bits: Bits, count: number): void {
  for (let i = 0; i < count; i++) bits.golomb();
}

function skip(bits: Bits, count: number): void {
  for (let left = count; left > 0; left -= 32) bits.take(Math.min(32, left));
}

/** §7.3.3. */
function skipProfiles(bits: Bits, layers: number): void {
  skip(bits, PROFILE_BITS + 8);
  if (layers === 1) return;
  const present = Array.from(
    { length: 8 },
    () => [bits.flag(), bits.flag()] as const,
  );
  for (const [hasProfile, hasLevel] of present.slice(0, layers - 1)) {
    skip(bits, (hasProfile ? PROFILE_BITS : 0) + (hasLevel ? 8 : 0));
  }
}

function readChroma(bits: Bits): Chroma {
  const chroma = bits.golomb();
  switch (chroma) {
    case 0:
    case 1:
    case 2:
      return chroma;
    case 3:
      // separate_colour_plane_flag: three grey pictures.
      if (bits.flag()) throw unsupported("Its colours are three grey pictures");
      return chroma;
  }
  throw new Refused("corrupt");
}

/** §7.4.3.2.1: the edges count in samples of colour. */
function readSizes(bits: Bits, chroma: Chroma): { coded: Size; size: Size } {
  const coded = { width: bits.golomb(), height: bits.golomb() };
  if (!bits.flag()) return { coded, size: coded };
  const across = chroma === 1 || chroma === 2 ? 2 : 1;
  const down = chroma === 1 ? 2 : 1;
  const [left, right] = [bits.golomb(), bits.golomb()];
  const [top, bottom] = [bits.golomb(), bits.golomb()];
  const width = coded.width - across * (left + right);
  const height = coded.height - down * (top + bottom);
  if (width < 1 || height < 1) throw new Refused("corrupt");
  return { coded, size: { width, height } };
}

function readDepth(bits: Bits): Depth {
  const luma = bits.golomb() + 8;
  const chroma = bits.golomb() + 8;
  if (luma !== chroma) {
    throw unsupported("Its chroma has another depth than its luma");
  }
  if (luma !== 8 && luma !== 10 && luma !== 12) {
    throw unsupported("It has neither 8, 10 nor 12 bits");
  }
  return luma;
}

/** Sizes of blocks, and what they may be made with. */
function skipTools(bits: Bits): void {
  skipGolombs(bits, 6);
  if (bits.flag() && bits.flag()) skipScalingLists(bits);
  bits.take(2); // amp_enabled_flag, sample_adaptive_offset_enabled_flag
  if (!bits.flag()) return;
  bits.take(8); // depths of PCM
  skipGolombs(bits, 2);
  bits.take(1);
}

/** §7.3.4. */
function skipScalingLists(bits: Bits): void {
  for (let size = 0; size < 4; size++) {
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (!bits.flag()) {
        bits.golomb();
        continue;
      }
      // Codes of numbers with a sign are as long as of those without.
      skipGolombs(bits, Math.min(64, 1 << (4 + 2 * size)) + (size > 1 ? 1 : 0));
    }
  }
}

/** What other pictures of a film would refer to. */
function skipReferences(bits: Bits, orderBits: number): void {
  const count = bits.golomb();
  if (count > 64) throw new Refused("corrupt");
  let before = 0;
  for (let i = 0; i < count; i++) before = skipReferenceSet(bits, i, before);
  if (!bits.flag()) return;
  const longs = bits.golomb();
  if (longs > 32) throw new Refused("corrupt");
  skip(bits, longs * (orderBits + 1));
}

/** §7.3.7: how many pictures it has, of which the next may be made. */
function skipReferenceSet(bits: Bits, index: number, before: number): number {
  if (index > 0 && bits.flag()) {
    bits.take(1);
    bits.golomb();
    let count = 0;
    for (let i = 0; i <= before; i++) {
      const isUsed = bits.flag();
      if (isUsed || bits.flag()) count++;
    }
    return count;
  }
  const count = bits.golomb() + bits.golomb();
  if (count > 16) throw new Refused("corrupt");
  for (let i = 0; i < count; i++) {
    bits.golomb();
    bits.take(1);
  }
  return count;
}
