/**
 * Which engine it is, without loading it. No I/O. Written by `deno task engine`.
 *
 * @module
 */

/** Of the module in `wasm.ts`. */
export const ENGINE_SHA256 =
  "8dd2a9d7f3079983f0453c6c2088e192b75bae865b261198859bef7e030fefcb";
