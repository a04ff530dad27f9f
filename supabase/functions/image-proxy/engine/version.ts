/**
 * Which engine it is, without loading it. No I/O. Written by `deno task engine`.
 *
 * @module
 */

/** Of the module in `wasm.ts`. */
export const ENGINE_SHA256: string =
  "ea6e8cac7927d4bab65a85f7b65ee5ae623e602e7c03cf8d1f922de3822bcb89";
