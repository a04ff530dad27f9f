/**
 * Encodes AVIF.
 *
 * @module
 */
import { Codec, type Names, type Stop } from "../embind/codec.ts";
import { encodeCost, encodeMemory, MAX_MEMORY, type Speed } from "./costs.ts";
import type { Callables } from "../embind/embind.ts";
import type { Heap, View } from "../embind/heap.ts";
import type { Pixels } from "./pixels.ts";

/**
 * Why there is no file: it would take too much `memory`, or `cost` too much
 * time; or the `encoder` failed, or there was a `trap`, which are its mistakes.
 */
export type EncodeFailure = Stop | "cost" | "encoder";

/** How to encode. */
export interface AvifOptions {
  /** 1 to 100. Colours are halved in size, so that 100 is not lossless either. */
  readonly quality: number;
  /** 6 to 10, of which 9 and 10 are the same, and what is usual. */
  readonly speed?: Speed;
  /** In the units of `engine/src/budget.h`, each about a nanosecond. */
  readonly cost?: number;
}

/** What is usual: of 1.5 s, with what has been decoded and resized before. */
export const ENCODE_COST = 1_100_000_000;

/** Edges of alpha are seen before those of colours. */
const LEAST_ALPHA_QUALITY = 80;

/** Of the module that `encoder_wasm.ts` has, and of no other. */
const NAMES: Names = {
  imports: {
    a: "__assert_fail",
    s: "__syscall_fcntl64",
    M: "__syscall_ioctl",
    N: "__syscall_openat",
    P: "_abort_js",
    y: "_embind_finalize_value_object",
    C: "_embind_register_bigint",
    Z: "_embind_register_bool",
    Y: "_embind_register_emval",
    t: "_embind_register_float",
    T: "_embind_register_function",
    i: "_embind_register_integer",
    d: "_embind_register_memory_view",
    u: "_embind_register_std_string",
    o: "_embind_register_std_wstring",
    L: "_embind_register_value_object",
    e: "_embind_register_value_object_field",
    _: "_embind_register_void",
    I: "_emscripten_memcpy_js",
    E: "_emscripten_runtime_keepalive_clear",
    G: "_emscripten_throw_longjmp",
    x: "_emval_call",
    p: "_emval_decref",
    q: "_emval_get_global",
    w: "_emval_get_method_caller",
    k: "_emval_new_cstring",
    v: "_emval_run_destructors",
    F: "_setitimer_js",
    O: "emscripten_date_now",
    H: "emscripten_resize_heap",
    r: "fd_close",
    K: "fd_read",
    z: "fd_seek",
    J: "fd_write",
    j: "invoke_ii",
    c: "invoke_iii",
    n: "invoke_iiii",
    m: "invoke_iiiii",
    Q: "invoke_iiiiiii",
    S: "invoke_iiiiiiiiiii",
    R: "invoke_iiiiiiiiiiii",
    B: "invoke_iiiijj",
    A: "invoke_ij",
    g: "invoke_vi",
    f: "invoke_vii",
    h: "invoke_viii",
    b: "invoke_viiii",
    l: "invoke_viiiii",
    W: "invoke_viiiiiii",
    V: "invoke_viiiiiiii",
    X: "invoke_viiiiiiiii",
    U: "invoke_viiiiiiiiiii",
    D: "proc_exit",
  },
  exports: {
    memory: "$",
    construct: "aa",
    table: "ca",
    malloc: "da",
    free: "ea",
    setThrew: "ga",
    stackRestore: "ha",
    stackSave: "ia",
    dynCall_iiiijj: "na",
    dynCall_ij: "oa",
  },
};

/** What the module makes its result with. */
function callables(heap: Heap): Callables {
  return { Uint8Array: (view) => heap.bytes(view as View).slice() };
}

const codecs = Codec.kept(compile, NAMES, {
  callables,
  maxBytes: MAX_MEMORY,
});

/** Loaded with the first picture, so that nothing waits for it before. */
async function compile(): Promise<WebAssembly.Module> {
  const [{ unpack }, { ENCODER }] = await Promise.all([
    import("../embind/unpack.ts"),
    import("./encoder_wasm.ts"),
  ]);
  return await WebAssembly.compile(unpack(ENCODER));
}

/**
 * An AVIF file of `picture`, in sRGB. Failures are values.
 *
 * @throws {RangeError} If the quality or the speed is none, or if there are
 * other than four bytes a pixel.
 */
export async function encode(
  picture: Pixels,
  { quality, speed = 9, cost = ENCODE_COST }: AvifOptions,
): Promise<Uint8Array | EncodeFailure> {
  check(picture, quality, speed);
  if (encodeMemory(picture, speed) > MAX_MEMORY) return "memory";
  if (encodeCost(picture, speed) > cost) return "cost";
  return await codecs.use((codec) => run(codec, picture, quality, speed));
}

function run(
  codec: Codec,
  picture: Pixels,
  quality: number,
  speed: Speed,
): Uint8Array | EncodeFailure {
  const { width, height, pixels } = picture;
  const called = codec.call("encode", pixels, {
    numbers: [width, height],
    options: optionsOf(quality, speed),
  });
  if (typeof called === "string") return called;
  const { result } = called;
  if (!(result instanceof Uint8Array)) {
    return codec.isFull ? "memory" : "encoder";
  }
  return result;
}

/** Source: `lib/avif.js` of the package. */
function optionsOf(
  quality: number,
  speed: Speed,
): Readonly<Record<string, number>> {
  return {
    bitDepth: 8,
    quality,
    qualityAlpha: Math.max(quality, LEAST_ALPHA_QUALITY),
    speed,
    subsample: 3, // 4:2:0
    autoTiling: 0,
    tileColsLog2: 0,
    tileRowsLog2: 0,
    chromaDeltaQ: 0,
    sharpness: 0,
    denoiseLevel: 0,
    tune: 0, // SSIM from a quality of 50 on
    sharpYUV: 0,
  };
}

function check(
  { width, height, pixels }: Pixels,
  quality: number,
  speed: number,
): void {
  if (!(quality >= 1 && quality <= 100)) {
    throw new RangeError(`Cannot encode with quality ${quality}`);
  }
  if (!(Number.isInteger(speed) && speed >= 6 && speed <= 10)) {
    throw new RangeError(`Cannot encode with speed ${speed}`);
  }
  if (!(width >= 1 && height >= 1 && pixels.length === width * height * 4)) {
    throw new RangeError(
      `Cannot encode ${pixels.length} bytes as ${width} × ${height}`,
    );
  }
}
