/**
 * As much of emscripten's `embind` as a call of a codec takes: functions that
 * the module registers by their names, an object of options, and values of the
 * host's that the module holds by number. No I/O.
 *
 * @module
 */
import type { Heap, View } from "./heap.ts";

/** A function of a module's table: its types are not in it. */
export type Raw = (...args: readonly number[]) => number;

/** What a module may call by its name, as it would a browser's constructor. */
export type Callables = Readonly<
  Record<string, (...args: readonly unknown[]) => unknown>
>;

/** What a module asks for and is not given. */
export class Denied extends Error {}

/** Numbers of values below it are constants of embind's; 4 is null. */
const FIRST = 10;
const NULL = 4;

/** From here on they are what the module asks for by name, and keeps. */
const FIRST_GLOBAL = 2 ** 20;

/** What each argument takes, however short it is. */
const ARGUMENT_BYTES = 8;

/** Source: emscripten's `src/lib/libembind.js` and `libemval.js`. */
export class Embind {
  readonly #functions = new Map<string, Raw>();
  readonly #fields = new Map<string, (object: number, value: number) => void>();
  readonly #views = new Set<number>();
  readonly #held = new Set<number>();
  readonly #values: unknown[] = [];
  readonly #globals: unknown[] = [];
  readonly #callers: (readonly number[])[] = [];
  #construct: Raw | undefined;
  #destroy: Raw | undefined;

  constructor(
    readonly heap: Heap,
    readonly entry: (index: number) => Raw,
    readonly callables: Callables,
  ) {}

  /** What is registered as `name`. */
  named(name: string): Raw {
    const found = this.#functions.get(name);
    if (found === undefined) throw new Denied(name);
    return found;
  }

  /** The address of an object of options, all of which have to be given. */
  object(options: Readonly<Record<string, number>>): number {
    if (this.#construct === undefined) throw new Denied("options");
    const object = this.#construct();
    for (const [name, set] of this.#fields) {
      const value = options[name];
      if (value === undefined) throw new Denied(name);
      set(object, value);
    }
    return object;
  }

  destroy(object: number): void {
    this.#destroy?.(object);
  }

  /** The value that the module holds by this number. */
  #value(handle: number): unknown {
    return handle < FIRST_GLOBAL
      ? this.#values[(handle - FIRST) / 2]
      : this.#globals[(handle - FIRST_GLOBAL) / 2];
  }

  /** The same, of the result of a call, which lets go of all that it held. */
  take(handle: number): unknown {
    const value = this.#value(handle);
    this.#values.length = 0;
    return value;
  }

  #hold(value: unknown): number {
    if (value === null || value === undefined) return NULL;
    return FIRST + 2 * (this.#values.push(value) - 1);
  }

  /** By the names that emscripten has for them. */
  readonly imports: Readonly<Record<string, Raw>> = {
    _embind_register_memory_view: (type = 0) => {
      this.#views.add(type);
      return 0;
    },
    _embind_register_emval: (type = 0) => {
      this.#held.add(type);
      return 0;
    },
    _embind_register_function: (...args) => {
      const [name = 0, , , , invoker = 0, target = 0] = args;
      const raw = this.entry(invoker);
      const [said = ""] = this.heap.text(name).split("(");
      this.#functions.set(said, (...rest) => raw(target, ...rest));
      return 0;
    },
    _embind_register_value_object: (...args) => {
      const [, , , construct = 0, , destroy = 0] = args;
      this.#construct = this.entry(construct);
      this.#destroy = this.entry(destroy);
      return 0;
    },
    _embind_register_value_object_field: (...args) => {
      const [, name = 0, , , , , , , setter = 0, context = 0] = args;
      const set = this.entry(setter);
      this.#fields.set(this.heap.text(name), (object, value) => {
        set(context, object, value);
      });
      return 0;
    },
    _embind_finalize_value_object: () => 0,
    _emval_get_global: (name = 0) => {
      const said = this.heap.text(name);
      // It holds more than it calls.
      const count = this.#globals.push(this.callables[said] ?? said);
      return FIRST_GLOBAL + 2 * (count - 1);
    },
    _emval_new_cstring: (text = 0) => this.#hold(this.heap.text(text)),
    _emval_get_method_caller: (count = 0, types = 0) => {
      // The first of them is the result's.
      const own = Array.from(
        { length: count - 1 },
        (_, i) => this.heap.word(types + 4 * (i + 1)),
      );
      return this.#callers.push(own) - 1;
    },
    _emval_call: (caller = 0, called = 0, _destructors, args = 0) => {
      const types = this.#callers[caller] ?? [];
      const values = types.map((type, i) =>
        this.#argument(type, args + ARGUMENT_BYTES * i)
      );
      const callable = this.#value(called);
      if (typeof callable !== "function") throw new Denied("call");
      return this.#hold(callable(...values));
    },
    // Values are let go of with the module.
    _emval_incref: () => 0,
    _emval_decref: () => 0,
    _emval_run_destructors: () => 0,
  };

  #argument(type: number, at: number): unknown {
    const word = this.heap.word(at);
    if (this.#held.has(type)) return this.#value(word);
    if (!this.#views.has(type)) return word;
    const view: View = { length: word, at: this.heap.word(at + 4) };
    return view;
  }
}
