/**
 * Bytes as they travel in a module of TypeScript: in brotli, in base64.
 *
 * @module
 */
import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { brotliCompressSync, constants } from "node:zlib";

/** What a module says that its bytes are, when they are unpacked. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** As small as brotli makes it, in base64. */
export function packed(bytes: Uint8Array): string {
  const brotli: Buffer = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  return brotli.toString("base64");
}
