/**
 * Decodes AVIF.
 *
 * Nothing can stop a decoder once it runs, since the platform has no `Worker`:
 * `header.ts` says beforehand what there is to decode, and `costs.ts` what it
 * will take; and it is given nothing but what they have seen.
 *
 * @module
 */
import { Codec, type Names, type Stop } from "../embind/codec.ts";
import type { Unreadable } from "../header/header.ts";
import type { Callables } from "../embind/embind.ts";
import type { Heap, View } from "../embind/heap.ts";
import { decodeCost, decodeMemory, MAX_MEMORY } from "./costs.ts";
import { type Header, readHeader } from "./header.ts";
import { eightBits, type Pixels } from "./pixels.ts";
import { stillOf } from "./still.ts";

/**
 * Why there is no picture: see `Unreadable`; or it has too many `pixels`, or would
 * take too much `memory`, or `cost` too much time; or there was a `trap`, a
 * mistake of the decoder's.
 */
export type DecodeFailure = Unreadable | Stop | "pixels" | "cost";

/** Pixels as they are stored: `header.orientation` says how they are upright. */
export interface Decoded extends Pixels {
  readonly header: Header;
}

/** What a decode may take. */
export interface DecodeLimits {
  /** Of the source, width × height. */
  readonly pixels: number;
  /** In the units of `engine/src/budget.h`, each about a nanosecond. */
  readonly cost: number;
}

/** What is usual: of 1.5 s, with what is resized and encoded after it. */
export const DECODE_LIMITS: DecodeLimits = {
  pixels: 50_000_000,
  cost: 1_100_000_000,
};

/** Of the module that `decoder_wasm.ts` has, and of no other. */
const NAMES: Names = {
  imports: {
    a: "__assert_fail",
    b: "invoke_viiii",
    c: "_embind_register_memory_view",
    d: "invoke_iii",
    e: "_embind_register_integer",
    f: "_emval_new_cstring",
    g: "_emval_decref",
    h: "_embind_register_std_wstring",
    i: "_emval_get_global",
    j: "_emval_run_destructors",
    k: "_emval_get_method_caller",
    l: "_emval_call",
    m: "_embind_register_function",
    n: "invoke_ii",
    o: "invoke_vi",
    p: "_embind_register_float",
    q: "_embind_register_std_string",
    r: "_embind_register_bool",
    s: "_embind_register_void",
    t: "_emval_incref",
    u: "fd_seek",
    v: "_embind_register_bigint",
    w: "proc_exit",
    x: "_emscripten_runtime_keepalive_clear",
    y: "_setitimer_js",
    z: "_emscripten_throw_longjmp",
    A: "emscripten_resize_heap",
    B: "_emscripten_memcpy_js",
    C: "fd_close",
    D: "fd_write",
    E: "_abort_js",
    F: "invoke_iiiii",
    G: "invoke_viiiiiii",
    H: "invoke_vii",
    I: "invoke_v",
    J: "invoke_viiiiiiiii",
    K: "_embind_register_emval",
  },
  exports: {
    memory: "L",
    construct: "M",
    table: "O",
    malloc: "P",
    free: "Q",
    setThrew: "S",
    stackRestore: "T",
    stackSave: "U",
  },
};

/** What the module makes its result with: 8 bits a sample, or 10, 12 in 16. */
function callables(heap: Heap): Callables {
  return {
    Uint8ClampedArray: (view) => view,
    _icodec_ImageData: (view, width, height, depth): Pixels | undefined => {
      const pixels = eightBits(heap.bytes(view as View), Number(depth));
      return {
        width: Number(width),
        height: Number(height),
        hasAlpha: true,
        pixels,
      };
    },
  };
}

const codecs = Codec.kept(compile, NAMES, {
  callables,
  maxBytes: MAX_MEMORY,
});

/** Loaded with the first picture, so that nothing waits for it before. */
async function compile(): Promise<WebAssembly.Module> {
  const [{ unpack }, { DECODER }] = await Promise.all([
    import("../embind/unpack.ts"),
    import("./decoder_wasm.ts"),
  ]);
  return await WebAssembly.compile(unpack(DECODER));
}

/** The picture of `bytes`, a whole file. Failures are values. */
export async function decode(
  bytes: Uint8Array,
  limits: Partial<DecodeLimits> = {},
): Promise<Decoded | DecodeFailure> {
  const header = readHeader(bytes);
  if (typeof header === "string") return header;
  const { pixels, cost } = { ...DECODE_LIMITS, ...limits };
  const { width, height } = header.size;
  if (width * height > pixels) return "pixels";
  if (decodeMemory(header) > MAX_MEMORY) return "memory";
  if (decodeCost(header) > cost) return "cost";
  return await codecs.use((codec) => run(codec, bytes, header));
}

function run(
  codec: Codec,
  bytes: Uint8Array,
  header: Header,
): Decoded | DecodeFailure {
  const still = stillOf({ bytes, fileBytes: bytes.length }, header);
  const called = codec.call("decode", still);
  if (typeof called === "string") return called;
  const { result } = called;
  // If it says anything else, it says why not.
  if (typeof result !== "object" || result === null) {
    return codec.isFull ? "memory" : "corrupt";
  }
  const picture = result as Pixels;
  const isOther = picture.width !== header.size.width ||
    picture.height !== header.size.height;
  if (isOther) return "trap";
  return { ...picture, hasAlpha: header.hasAlpha, header };
}
