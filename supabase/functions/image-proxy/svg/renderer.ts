/**
 * resvg's module and its host. Of what a module may ask of one it is given the
 * bytes of a drawing and of fonts, and nothing else: no files, no clock.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import { Handles } from "./handles.ts";

/** Red, green, blue and alpha, by which the others are multiplied already. */
export interface Rendered {
  readonly size: Size;
  readonly premultiplied: Uint8Array<ArrayBuffer>;
}

/**
 * Why there is none: to the renderer it is no drawing (`refused`), it has taken
 * all of its `fuel` or its `memory`, or there was another `trap`.
 */
export type Stop = "refused" | "fuel" | "memory" | "trap";

/** What wasm-bindgen calls what the module asks for, and what it is here. */
const IMPORTS = {
  __wbg_new_28c511d9baebfa89: "error",
  __wbindgen_memory: "memory",
  __wbg_buffer_12d079cc21e14bdb: "memory",
  __wbg_newwithbyteoffsetandlength_aa4a17c33a06e5cb: "part",
  __wbindgen_object_drop_ref: "forget",
  __wbg_new_63b92bc8671ed464: "copy",
  __wbg_values_839f3396d5aac002: "all",
  __wbg_next_196c84450b364254: "next",
  __wbg_done_298b57d23c0fc80c: "isDone",
  __wbg_value_d93c65011f51a456: "value",
  __wbg_instanceof_Uint8Array_2b3bbecd033d19f6: "isBytes",
  __wbindgen_string_get: "deny",
  __wbg_new_16b304a2cfa7ff4a: "deny",
  __wbindgen_string_new: "deny",
  __wbg_push_a5b05aedc7234f9f: "deny",
  __wbg_length_c20a40f15020d68a: "length",
  __wbg_set_a47bac70306a19a7: "set",
  __wbindgen_throw: "deny",
} as const;

type Import = typeof IMPORTS[keyof typeof IMPORTS];

/** Of the module that `renderer_wasm.ts` has, and of no other. */
const EXPORTS = {
  allocate: "__wbindgen_malloc",
  moveStack: "__wbindgen_add_to_stack_pointer",
  read: "resvg_new",
  draw: "resvg_render",
  width: "renderedimage_width",
  height: "renderedimage_height",
  pixels: "renderedimage_pixels",
  freeDrawing: "__wbg_resvg_free",
  freeImage: "__wbg_renderedimage_free",
} as const;

type Raw = (...args: readonly number[]) => number;

/** What a browser begins with: an `em` of a drawing that says nothing of it. */
const FONT = { defaultFontSize: 16, defaultFontFamily: "Arimo" };

const OPTIONS = new TextEncoder().encode(JSON.stringify({ font: FONT }));

/** What is drawn, and what of. */
export interface Sheet {
  readonly svg: Uint8Array;
  /** Files of TrueType, found by their own names. */
  readonly fonts: readonly Uint8Array[];
}

/** Of what the module has been asked for that is not there. */
class Denied extends Error {}

/** An instance of the module, for one drawing after another. */
export class Renderer {
  readonly #memory: WebAssembly.Memory;
  readonly #fuel: { value: bigint };
  readonly #full: { value: number };
  readonly #raw: Readonly<Record<keyof typeof EXPORTS, Raw>>;
  readonly #handles = new Handles();

  constructor(module: WebAssembly.Module) {
    const host = this.#host();
    const wbg = Object.fromEntries(
      Object.entries(IMPORTS).map(([name, what]) => [name, host[what]]),
    );
    const { exports } = new WebAssembly.Instance(module, { wbg });
    // The types of a module are not in it; tests/svg calls all of these.
    this.#memory = exports.memory as WebAssembly.Memory;
    this.#fuel = exports.fuel as unknown as { value: bigint };
    this.#full = exports.full as unknown as { value: number };
    this.#raw = Object.fromEntries(
      Object.entries(EXPORTS).map(([name, theirs]) => [name, exports[theirs]]),
    ) as Record<keyof typeof EXPORTS, Raw>;
  }

  /** Draws it in at most `fuel` instructions, as the module counts them. */
  render(sheet: Sheet, fuel: number): Rendered | Stop {
    this.#fuel.value = BigInt(fuel);
    this.#full.value = 0;
    try {
      return this.#drawn(sheet) ?? "refused";
    } catch (error) {
      const isTrap = error instanceof WebAssembly.RuntimeError ||
        // A stack that is exhausted.
        error instanceof RangeError || error instanceof Denied;
      if (!isTrap) throw error;
      return this.#stop();
    } finally {
      this.#handles.clear();
    }
  }

  /** What is left of the fuel of the last drawing. */
  get fuel(): number {
    return Number(this.#fuel.value);
  }

  /** What the memory has grown to: it never shrinks. */
  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  #stop(): Stop {
    if (this.#fuel.value < 0n) return "fuel";
    return this.#full.value === 1 ? "memory" : "trap";
  }

  #drawn({ svg, fonts }: Sheet): Rendered | undefined {
    const raw = this.#raw;
    const result = raw.moveStack(-16);
    // The module gives it back itself.
    const options = raw.allocate(OPTIONS.length, 1);
    this.#bytes(options, OPTIONS.length).set(OPTIONS);
    const handles = [svg, fonts].map((it) => this.#handles.give(it));
    const [drawing = 0, typefaces = 0] = handles;
    raw.read(result, drawing, options, OPTIONS.length, typefaces);
    const resvg = this.#resultAt(result);
    let image: number | undefined;
    if (resvg !== undefined) {
      raw.draw(result, resvg);
      image = this.#resultAt(result);
      raw.freeDrawing(resvg);
    }
    raw.moveStack(16);
    return image === undefined ? undefined : this.#taken(image);
  }

  /** What has been made; `undefined` if there is an error instead. */
  #resultAt(at: number): number | undefined {
    const { buffer } = this.#memory;
    const [result, , isError] = new Uint32Array(buffer, at, 3);
    return isError ? undefined : result;
  }

  #taken(image: number): Rendered {
    const raw = this.#raw;
    const size = { width: raw.width(image), height: raw.height(image) };
    const handle = raw.pixels(image);
    // `copy` has made it.
    const premultiplied = this.#handles.get(handle) as Uint8Array<ArrayBuffer>;
    raw.freeImage(image);
    return { size, premultiplied };
  }

  #bytes(at: number, length: number): Uint8Array<ArrayBuffer> {
    const { buffer } = this.#memory;
    return new Uint8Array(buffer as ArrayBuffer, at >>> 0, length >>> 0);
  }

  /**
   * Values are the drawing, the fonts one after the other, parts of the memory,
   * and copies of them.
   */
  #host(): Record<Import, (...args: readonly number[]) => number> {
    const handles = this.#handles;
    const bytes = (handle = 0) => handles.get(handle) as Uint8Array;
    const step = (handle = 0) =>
      handles.get(handle) as IteratorResult<Uint8Array>;
    return {
      error: () => handles.give("an error"),
      memory: () => handles.give("the memory"),
      part: (_memory, at = 0, length = 0) =>
        handles.give(this.#bytes(at, length)),
      copy: (of = 0) => {
        const value = handles.get(of);
        return handles.give(
          value instanceof Uint8Array ? value.slice() : value,
        );
      },
      all: (of = 0) =>
        handles.give((handles.get(of) as readonly Uint8Array[]).values()),
      next: (of = 0) =>
        handles.give((handles.get(of) as Iterator<Uint8Array>).next()),
      isDone: (it) => step(it).done ? 1 : 0,
      value: (it) => handles.give(step(it).value),
      isBytes: (it) => bytes(it) instanceof Uint8Array ? 1 : 0,
      length: (of) => bytes(of).length,
      set: (_memory, from, at = 0) => {
        this.#bytes(at, bytes(from).length).set(bytes(from));
        return 0;
      },
      forget: () => 0,
      deny: () => {
        throw new Denied();
      },
    };
  }
}
