/**
 * The checksum of PNG: W3C Portable Network Graphics, third edition, section
 * 5.5. `node:zlib` has none in the hosted runtime. No I/O.
 *
 * @module
 */

/** x^32 + x^26 + …, the lowest power first. */
const POLYNOMIAL = 0xedb88320;

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) {
    rest = rest & 1 ? rest >>> 1 ^ POLYNOMIAL : rest >>> 1;
  }
  return rest;
});

/**
 * The checksum of `bytes`, as a number without a sign.
 *
 * @example What every table of checksums has
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { crc32 } from "./crc32.ts";
 *
 * equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
 * ```
 */
export function crc32(bytes: Uint8Array): number {
  let rest = -1;
  for (const byte of bytes) {
    rest = (TABLE[(rest ^ byte) & 0xff] ?? 0) ^ rest >>> 8;
  }
  return ~rest >>> 0;
}
