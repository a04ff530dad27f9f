/**
 * What a module that was made with wasm-bindgen has of its host: numbers that
 * stand for values. No I/O.
 *
 * @module
 */

/** Below these, wasm-bindgen has numbers of its own. */
const FIRST = 132;

/** Values of one call. */
export class Handles {
  readonly #values: unknown[] = [];

  /** The number that `value` is known by from now on. */
  give(value: unknown): number {
    return FIRST + this.#values.push(value) - 1;
  }

  get(handle: number): unknown {
    return this.#values[handle - FIRST];
  }

  /** Forgets all of them. */
  clear(): void {
    this.#values.length = 0;
  }
}
