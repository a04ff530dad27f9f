/**
 * Which engine it is, without loading it. No I/O. Written by `deno task engine`.
 *
 * @module
 */

/** Of the module in `wasm.ts`. */
export const ENGINE_SHA256: string =
  "045784009d5326e816daa98ff1e5b7562a500bd229a8fc96a444f48602636ec9";
