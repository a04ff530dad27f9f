/**
 * PNG, chunk by chunk, for files that lie.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";

export const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/** A chunk with the checksum that it should have. */
export function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
}

/** What an image header says. */
export interface Claim {
  readonly width: number;
  readonly height: number;
  readonly depth?: number;
  /** 2: truecolour. */
  readonly type?: number;
  readonly interlaced?: boolean;
}

export function header(claim: Claim): Uint8Array {
  const { width, height, depth = 8, type = 2, interlaced = false } = claim;
  const rest = Buffer.from([depth, type, 0, 0, interlaced ? 1 : 0]);
  return chunk("IHDR", Buffer.concat([u32(width), u32(height), rest]));
}

/** A file of these chunks, which unpack to `pixels`. */
export function png(
  claim: Claim,
  pixels: Uint8Array,
  ...before: readonly Uint8Array[]
): Uint8Array {
  return Buffer.concat([
    SIGNATURE,
    header(claim),
    ...before,
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** A name, no compression but deflate's, and `data`: of zTXt and iCCP. */
export function packed(type: string, data: Uint8Array): Uint8Array {
  const name = Buffer.from("name\0\0", "latin1");
  return chunk(type, Buffer.concat([name, deflateSync(data)]));
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/**
 * A copy in which every checksum is right, as far as the lengths lead: what is
 * wrong besides gets past the first check.
 */
export function mended(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file);
  let at = SIGNATURE.length;
  while (at + 12 <= bytes.length) {
    const end = at + 8 + bytes.readUInt32BE(at);
    if (end + 4 > bytes.length) break;
    bytes.writeUInt32BE(crc32(bytes.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return bytes;
}

/** Blocks of nothing, each with tables that have to be built: RFC 1951. */
export function emptyBlocks(bytes: number): Buffer {
  // 14 + 4 lengths of lengths, of which 18 and 1 are used; 256 zeros; the end.
  const zeros = (count: number) => "1" + bits(count - 11, 7);
  const lengths = bits(0, 6) + bits(1, 3) + bits(0, 42) + bits(1, 3);
  const block = "0" + "01" + bits(0, 10) + bits(14, 4) + lengths +
    zeros(138) + zeros(118) + "0" + "0" + "0";
  const four = block.repeat(4);
  const pattern = Array.from(
    { length: four.length / 8 },
    (_, i) => parseInt([...four.slice(8 * i, 8 * i + 8)].reverse().join(""), 2),
  );
  return Buffer.alloc(Math.floor(bytes / pattern.length) * pattern.length)
    .fill(Buffer.from(pattern));
}

/** The lowest first, as deflate has them. */
function bits(value: number, count: number): string {
  return [...value.toString(2).padStart(count, "0")].reverse().join("");
}
