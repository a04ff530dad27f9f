/**
 * Writes parameter sets of HEVC, as they should be and as they should not: ITU-T
 * H.265 §7.3.2.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { box, shorts } from "../avif/boxes.ts";

/** §9.2, `ue(v)`. */
export function golomb(value: number): string {
  const bits = (value + 1).toString(2);
  return "0".repeat(bits.length - 1) + bits;
}

function bytesOf(bits: string): Uint8Array {
  const whole = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
  return Uint8Array.from(whole.match(/.{8}/g) ?? [], (it) => parseInt(it, 2));
}

/** With the bytes that keep it from looking like the beginning of another. */
function escaped(plain: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  for (const byte of plain) {
    const isOdd = byte <= 3 && bytes.at(-1) === 0 && bytes.at(-2) === 0;
    bytes.push(...(isOdd ? [3, byte] : [byte]));
  }
  return Uint8Array.from(bytes);
}

/** What a sequence parameter set says. */
export interface Said {
  readonly width: number;
  readonly height: number;
  readonly chroma?: number;
  /** Of luma and chroma, over 8. */
  readonly depths?: readonly [number, number];
  /** Bits of what comes after `vui_parameters_present_flag`. */
  readonly vui?: string;
}

/** 8 × 8 to 64 × 64 are its blocks; it refers to no pictures. */
export function spsOf(
  { width, height, chroma = 1, depths = [0, 0], vui = "0" }: Said,
): Uint8Array {
  const header = "0100001000000001";
  const profile = "0".repeat(88) + "00011110";
  const sizes = [golomb(chroma), ...(chroma === 3 ? ["0"] : [])];
  sizes.push(golomb(width), golomb(height), "0");
  const bits = [
    ...[header, "0000", "000", "1", profile, golomb(0), ...sizes],
    ...depths.map(golomb),
    ...[golomb(4), "1", golomb(0), golomb(0), golomb(0)],
    ...[0, 3, 0, 3, 0, 0].map(golomb),
    ...["0", "0", "0", "0", golomb(0), "0", "0", "0", vui, "0", "1"],
  ].join("");
  return escaped(bytesOf(bits));
}

/** The least that a picture parameter set says. */
export const PPS: Uint8Array = bytesOf(
  [
    ...["0100010000000001", golomb(0), golomb(0), "0", "0", "000", "0", "0"],
    ...[golomb(0), golomb(0), golomb(0), "0", "0", "0", golomb(0), golomb(0)],
    ...["0", "0", "0", "0", "0", "0", "0", "0", "0", golomb(0), "0", "0", "1"],
  ].join(""),
);

/** ISO/IEC 14496-15 §8.3.3.1, of units behind lengths of four bytes. */
export function hvcC(...nals: readonly Uint8Array[]): Uint8Array {
  const head = Buffer.alloc(23);
  head[0] = 1;
  head[21] = 3;
  head[22] = nals.length;
  const arrays = nals.map((nal) => {
    const type = (nal[0] ?? 0) >> 1 & 63;
    return Buffer.concat([Uint8Array.of(type), shorts(1, nal.length), nal]);
  });
  return box("hvcC", head, ...arrays);
}

/** A unit behind its length. */
export function unit(...bytes: readonly (number | Uint8Array)[]): Uint8Array {
  const nal = Buffer.concat(
    bytes.map((it) => typeof it === "number" ? Uint8Array.of(it) : it),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32BE(nal.length);
  return Buffer.concat([length, nal]);
}
