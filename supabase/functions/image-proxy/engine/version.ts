/**
 * Which engine it is, without loading it. No I/O. Written by `deno task engine`.
 *
 * @module
 */

/** Of the module in `wasm.ts`. */
export const ENGINE_SHA256: string =
  "1fa4a795e9632aca48e3d912be37da39383b264ee0436a29b418fb019e14260e";
