/**
 * Which engine it is, without loading it. No I/O. Written by `deno task engine`.
 *
 * @module
 */

/** Of the module in `wasm.ts`. */
export const ENGINE_SHA256: string =
  "2734757614ac67351b2efe3fa75a2984345e9c81b1210ab9d53c14ca5a66558c";
