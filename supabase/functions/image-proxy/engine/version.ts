/**
 * Which engine it is, without loading it. No I/O. Written by `deno task engine`.
 *
 * @module
 */

/** Of the module in `wasm.ts`. */
export const ENGINE_SHA256: string =
  "ff3dfa0503a594a0ef0d649c3a00dd6e7281358a50f2a7d7db3b8d2bcd40306c";
