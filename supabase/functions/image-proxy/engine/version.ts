/**
 * Which engine it is, without loading it. No I/O. Written by `deno task engine`.
 *
 * @module
 */

/** Of the module in `wasm.ts`. */
export const ENGINE_SHA256: string =
  "f0f956b42315ea1c49d0898a30285dd63cfa96fe3cb94580d5a31741b7287725";
