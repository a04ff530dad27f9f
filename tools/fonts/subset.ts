/**
 * Fonts without the characters that nobody asks for: HarfBuzz does it, from its
 * own npm package.
 *
 * @module
 */

/** Numbers of characters, from the first to the last. */
export type Run = readonly [first: number, last: number];

/** What is called of `harfbuzz-subset.wasm`: pointers are numbers. */
type Call = (...args: readonly number[]) => number;

/** `HB_MEMORY_MODE_WRITABLE`: the bytes are the module's own. */
const WRITABLE = 2;

/** `HB_SUBSET_FLAGS_NO_HINTING`: who draws shapes needs none. */
const NO_HINTING = 1;

/** The bytes of `font` with the characters of `runs` that it has, in `wasm`. */
export async function subset(
  wasm: BufferSource,
  font: Uint8Array,
  runs: readonly Run[],
): Promise<Uint8Array> {
  const { instance: { exports } } = await WebAssembly.instantiate(wasm, {});
  const memory = exports.memory as WebAssembly.Memory;
  const call = (name: string, ...args: number[]) =>
    (exports[name] as Call)(...args);
  call("_initialize");
  const at = call("malloc", font.length);
  new Uint8Array(memory.buffer, at, font.length).set(font);
  const blob = call("hb_blob_create", at, font.length, WRITABLE, 0, 0);
  const face = call("hb_face_create", blob, 0);
  const input = call("hb_subset_input_create_or_fail");
  call("hb_subset_input_set_flags", input, NO_HINTING);
  const wanted = call("hb_subset_input_unicode_set", input);
  for (const [first, last] of runs) {
    for (let it = first; it <= last; it++) call("hb_set_add", wanted, it);
  }
  const made = call("hb_subset_or_fail", face, input);
  if (made === 0) throw new Error("Cannot make the font smaller");
  const result = call("hb_face_reference_blob", made);
  const from = call("hb_blob_get_data", result, 0);
  const length = call("hb_blob_get_length", result);
  return new Uint8Array(memory.buffer, from, length).slice();
}
