/**
 * A codec's module, which is C++ by emscripten, and its host. Of what a module
 * may ask of one it is given memory, up to a limit: no files, no clock, no
 * console, no objects.
 *
 * @module
 */
import { Keeper, type Kept } from "../keeper.ts";
import { type Callables, Denied, Embind, type Raw } from "./embind.ts";
import { Heap } from "./heap.ts";

/** The names that a build gave to what it takes and what it has. */
export interface Names {
  readonly imports: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
}

/** What a module is given. */
export interface Given {
  readonly callables: (heap: Heap) => Callables;
  /** What its memory may grow to. */
  readonly maxBytes: number;
}

/** Why a call has no result: no more `memory`, or a `trap`, a mistake of its. */
export type Stop = "memory" | "trap";

/** What C's `longjmp` throws, and `setjmp` catches. */
const LONGJMP = Symbol("longjmp");

const PAGE = 65_536;

/** WASI's `ENOSYS` and `ESPIPE`. */
const NOT_THERE = 52;
const NO_SEEKING = 70;

/**
 * An instance of a module, for one call after another, up to the first that has
 * no result: nothing is known then of what is left in it.
 */
export class Codec {
  /** Lends one. Its user says with a text that there is no result. */
  static kept(
    load: Kept<Codec>["load"],
    names: Names,
    given: Given,
  ): Keeper<Codec> {
    return new Keeper({
      load,
      make: (module) => new Codec(module, names, given),
      isGood: (_, result) => typeof result !== "string",
      isSole: true,
    });
  }

  readonly #exports: Readonly<Record<string, unknown>>;
  readonly #names: Names["exports"];
  readonly #heap: Heap;
  readonly #embind: Embind;
  readonly #maxBytes: number;
  #isFull = false;

  constructor(
    module: WebAssembly.Module,
    names: Names,
    { callables, maxBytes }: Given,
  ) {
    this.#names = names.exports;
    this.#maxBytes = maxBytes;
    // The module registers nothing before `construct`, and has memory by then.
    const imports = Object.fromEntries(
      Object.entries(names.imports).map(([short, name]) => [
        short,
        (...args: readonly number[]) => this.#import(name)(...args),
      ]),
    );
    this.#exports = new WebAssembly.Instance(module, { a: imports }).exports;
    // What is exported is known of the one module that has these names.
    this.#heap = new Heap(this.#named("memory") as WebAssembly.Memory);
    const table = this.#named("table") as WebAssembly.Table;
    const entry = (index: number) => table.get(index) as Raw;
    this.#embind = new Embind(this.#heap, entry, callables(this.#heap));
    this.#raw("construct")();
  }

  /** Whether the module has asked for more memory than it may have. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /**
   * Calls what the module has registered as `name`, with bytes, which it takes
   * for a string, numbers, and the fields of its options.
   */
  call(
    name: string,
    bytes: Uint8Array,
    { numbers = [], options }: {
      readonly numbers?: readonly number[];
      readonly options?: Readonly<Record<string, number>>;
    } = {},
  ): { readonly result: unknown } | Stop {
    this.#isFull = false;
    try {
      const text = this.#string(bytes);
      const objects = options === undefined
        ? []
        : [this.#embind.object(options)];
      const called = this.#embind.named(name);
      const handle = called(text, ...numbers, ...objects);
      for (const object of objects) this.#embind.destroy(object);
      this.#raw("free")(text);
      return { result: this.#embind.take(handle) };
    } catch (error) {
      if (this.#isFull) return "memory";
      if (error === LONGJMP || error instanceof Denied) return "trap";
      if (error instanceof WebAssembly.RuntimeError) return "trap";
      // A stack that is exhausted, or an address that is none.
      if (error instanceof RangeError) return "trap";
      throw error;
    }
  }

  #named(name: string): unknown {
    return this.#exports[this.#names[name] ?? ""];
  }

  #raw(name: string): Raw {
    return this.#named(name) as Raw;
  }

  /** `std::string` as embind takes it: its length, and itself. */
  #string(bytes: Uint8Array): number {
    const at = this.#raw("malloc")(4 + bytes.length + 1);
    if (at === 0) throw new Denied("malloc");
    this.#heap.setWord(at, bytes.length);
    this.#heap.bytes({ at: at + 4, length: bytes.length }).set(bytes);
    return at;
  }

  readonly #found = new Map<string, Raw>();

  #import(name: string): Raw {
    const found = this.#found.get(name) ?? this.#embind.imports[name] ??
      this.#own[name] ?? this.#otherwise(name);
    this.#found.set(name, found);
    return found;
  }

  #otherwise(name: string): Raw {
    if (name.startsWith("invoke_")) return this.#invoke(name.slice(7));
    // Types that need no telling apart.
    if (name.startsWith("_embind_register_")) return () => 0;
    return () => {
      throw new Denied(name);
    };
  }

  /** What `setjmp` is made of: a call that `longjmp` may end. */
  #invoke(signature: string): Raw {
    const table = this.#named("table") as WebAssembly.Table;
    // Numbers of 64 bits go in halves, through a function for them.
    const halved = signature.includes("j")
      ? this.#raw(`dynCall_${signature}`)
      : undefined;
    return (index = 0, ...args) => {
      const stack = this.#raw("stackSave")();
      try {
        if (halved !== undefined) return halved(index, ...args);
        return (table.get(index) as Raw)(...args);
      } catch (error) {
        if (error !== LONGJMP) throw error;
        this.#raw("stackRestore")(stack);
        return this.#raw("setThrew")(1, 0);
      }
    };
  }

  readonly #own: Readonly<Record<string, Raw>> = {
    _emscripten_throw_longjmp: () => {
      throw LONGJMP;
    },
    _emscripten_memcpy_js: (to = 0, from = 0, length = 0) => {
      const all = new Uint8Array(this.#heap.memory.buffer);
      all.copyWithin(to >>> 0, from >>> 0, (from >>> 0) + (length >>> 0));
      return 0;
    },
    emscripten_resize_heap: (wanted = 0) => this.#grow(wanted >>> 0),
    // Time stands still: the same picture is encoded the same way.
    emscripten_date_now: () => 0,
    fd_close: () => NOT_THERE,
    fd_read: () => NOT_THERE,
    fd_seek: () => NO_SEEKING,
    // What is printed is lost.
    fd_write: (_file, _parts, _count, written = 0) => {
      this.#heap.setWord(written, 0);
      return NOT_THERE;
    },
  };

  /** Whether the memory is now `wanted` bytes long, 1, or not, 0. */
  #grow(wanted: number): number {
    if (wanted <= this.#maxBytes) {
      const missing = Math.ceil((wanted - this.#heap.size) / PAGE);
      try {
        this.#heap.memory.grow(missing);
        return 1;
      } catch {
        // The machine has none either.
      }
    }
    this.#isFull = true;
    return 0;
  }
}
