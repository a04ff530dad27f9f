/**
 * A codec's module, from the text that it travels in.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { brotliDecompressSync } from "node:zlib";

/** A module as `tools/avif.ts` writes it. */
export interface Packed {
  /** In base64. */
  readonly brotli: string;
}

/** The bytes of the module. */
export function unpack({ brotli }: Packed): Uint8Array<ArrayBuffer> {
  const packed = Buffer.from(brotli, "base64");
  const { buffer, byteOffset, length } = brotliDecompressSync(packed);
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}
