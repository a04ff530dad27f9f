/**
 * NAL units, which a stream of HEVC consists of: ITU-T H.265 §7.3.1. No I/O.
 *
 * @module
 */
import { Refused, unsupported } from "../header/refused.ts";

/** H.265 §7.4.2.2, table 7-1: `nal_unit_type`. */
export const SPS = 33;
export const PPS = 34;

/** What stands alone: pictures that refer to no other. */
const FIRST_IRAP = 16;
const LAST_IRAP = 21;

/** Below it are slices: of pictures, or parts of them. */
const FIRST_OTHER = 32;

/** Slices of a picture. Cameras write one, and some encoders one a core. */
const MAX_SLICES = 64;

/** Units of one stream, with what is said on the side. */
const MAX_UNITS = 256;

/** Two bytes, and at least one more. */
const MIN_BYTES = 3;

export function typeOf(nal: Uint8Array): number {
  return (nal[0] ?? 0) >> 1 & 63;
}

/** Units of another layer than the first are for other decoders. */
export function isBase(nal: Uint8Array): boolean {
  return ((nal[0] ?? 0) & 1) === 0 && (nal[1] ?? 0) >> 3 === 0;
}

/**
 * The units of `bytes`, each behind its length, which is a number of
 * `lengthBytes`: ISO/IEC 14496-15 §8.3.2.
 */
export function nalsOf(bytes: Uint8Array, lengthBytes: number): Uint8Array[] {
  const nals: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    let length = 0;
    for (let i = 0; i < lengthBytes; i++) {
      length = length * 256 + (bytes[at++] ?? 0);
    }
    const isFit = length >= MIN_BYTES && length <= bytes.length - at;
    if (!isFit || nals.length === MAX_UNITS) throw new Refused("corrupt");
    nals.push(bytes.subarray(at, at + length));
    at += length;
  }
  return nals;
}

/** The slices of the one picture that there is. Nothing else is decoded. */
export function slicesOf(nals: readonly Uint8Array[]): Uint8Array[] {
  const slices = nals.filter((it) => isBase(it) && typeOf(it) < FIRST_OTHER);
  for (const [i, nal] of slices.entries()) {
    const type = typeOf(nal);
    if (type < FIRST_IRAP || type > LAST_IRAP) {
      throw unsupported("It refers to another picture");
    }
    // §7.3.6.1: first_slice_segment_in_pic_flag, of a picture each.
    const isFirst = (nal[2] ?? 0) >= 0x80;
    if (isFirst !== (i === 0)) throw new Refused("corrupt");
  }
  if (slices.length === 0) throw new Refused("corrupt");
  if (slices.length > MAX_SLICES) {
    throw unsupported(`It has more than ${MAX_SLICES} slices`);
  }
  return slices;
}

/**
 * Without the bytes that keep a unit from looking like the beginning of
 * another: H.265 §7.3.1.1, `emulation_prevention_three_byte`.
 */
export function unescaped(nal: Uint8Array): Uint8Array {
  const plain = new Uint8Array(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    const isEscape = byte === 3 && zeros >= 2;
    zeros = byte === 0 ? zeros + 1 : 0;
    if (!isEscape) plain[length++] = byte;
  }
  return plain.subarray(0, length);
}

/** One behind the other, each behind its length of four bytes. */
export function streamOf(nals: readonly Uint8Array[]): Uint8Array {
  const length = nals.reduce((sum, nal) => sum + 4 + nal.length, 0);
  const stream = new Uint8Array(length);
  const view = new DataView(stream.buffer);
  let at = 0;
  for (const nal of nals) {
    view.setUint32(at, nal.length);
    stream.set(nal, at + 4);
    at += 4 + nal.length;
  }
  return stream;
}
