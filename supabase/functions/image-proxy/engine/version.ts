/**
 * Which engine it is, without loading it. No I/O. Written by `deno task engine`.
 *
 * @module
 */

/** Of the module in `wasm.ts`. */
export const ENGINE_SHA256: string =
  "de5034b4a6fbe6a90e2f0adad815820182dfdfbcf4e40dbd1586938d9f99728b";
