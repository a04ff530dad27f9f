/**
 * Decodes frames of GIF by imagescript's module, which does as a file says: so
 * it is given one frame at a time, in a file that `still.ts` has written.
 *
 * @module
 */
import { MiB } from "../../_shared/units.ts";
import { Keeper } from "../keeper.ts";
import type { Frame } from "./blocks.ts";
import { stillOf } from "./still.ts";

/**
 * What is called: `wlen` is how many bytes were asked for last, and a decoder
 * takes those that it is given for its own.
 */
type Name =
  | "walloc"
  | "wlen"
  | "decoder_new"
  | "decoder_free"
  | "decoder_frame"
  | "decoder_frame_buffer"
  | "decoder_frame_free";

type Exports =
  & Readonly<Record<Name, (...args: number[]) => number>>
  & { readonly memory: WebAssembly.Memory };

/** Rows of red, green, blue and alpha, a byte each, from the top. */
export type Rows = Uint8Array<ArrayBuffer>;

/** Lends an instance for a frame after the other. */
export const decoders: Keeper<Decoder> = new Keeper({
  load: compile,
  make: (module) => new Decoder(module),
  isGood: (decoder) => decoder.isGood,
  isSole: true,
});

/** Loaded with the first picture, so that nothing waits for it before. */
async function compile(): Promise<WebAssembly.Module> {
  const [{ unpack }, { DECODER }] = await Promise.all([
    import("../embind/unpack.ts"),
    import("./decoder_wasm.ts"),
  ]);
  return await WebAssembly.compile(unpack(DECODER));
}

/** Where an instance is not kept. */
const KEPT_MEMORY = 8 * MiB;

/** An instance of the module. */
export class Decoder {
  readonly #exports: Exports;
  #free = () => {};
  #isUsable = true;

  constructor(module: WebAssembly.Module) {
    // Its encoder, which is not used, would say something.
    const env = { "push_to_stream": () => {} };
    const { exports } = new WebAssembly.Instance(module, { env });
    // The types of a module are not in it; tests/gif calls all of these.
    this.#exports = exports as unknown as Exports;
  }

  /** Whether it is good for another frame, and small. */
  get isGood(): boolean {
    const { byteLength } = this.#exports.memory.buffer;
    return this.#isUsable && byteLength <= KEPT_MEMORY;
  }

  /** The pixels of a frame, until the next one is decoded. */
  decode(file: Uint8Array, frame: Frame): Rows | "unreadable" {
    const still = stillOf(file, frame);
    if (still === undefined) return "unreadable";
    this.#free();
    this.#isUsable = false;
    try {
      const rows = this.#rows(still);
      const { width, height } = frame.part;
      if (rows?.length !== 4 * width * height) return "unreadable";
      this.#isUsable = true;
      return rows;
    } catch (error) {
      // What goes wrong in Rust ends in a trap.
      if (error instanceof WebAssembly.RuntimeError) return "unreadable";
      throw error;
    }
  }

  /** The same, for good: nothing else is decoded by this instance. */
  decodeLast(file: Uint8Array, frame: Frame): Rows | "unreadable" {
    const rows = this.decode(file, frame);
    this.#isUsable = false;
    return rows;
  }

  #rows(still: Uint8Array): Rows | undefined {
    const wasm = this.#exports;
    const at = wasm.walloc(still.length);
    new Uint8Array(wasm.memory.buffer, at, still.length).set(still);
    const decoder = wasm.decoder_new(at, still.length, 0);
    if (decoder === 0) return undefined;
    const frame = wasm.decoder_frame(decoder);
    // A mistake, or no frame.
    if (frame === 0 || frame === 1) return undefined;
    this.#free = () => {
      wasm.decoder_frame_free(frame);
      wasm.decoder_free(decoder);
    };
    const buffer = wasm.decoder_frame_buffer(frame);
    const { memory } = wasm;
    return new Uint8Array(memory.buffer as ArrayBuffer, buffer, wasm.wlen());
  }
}
