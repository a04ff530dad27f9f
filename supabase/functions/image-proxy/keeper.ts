/**
 * Keeps a module once it is compiled, and one instance of it for as long as that
 * is good for another picture.
 *
 * @module
 */

/** A module, and what it is made use of by. */
export interface Kept<Instance> {
  /** Called with the first use, and again if it has failed. */
  load(): Promise<WebAssembly.Module>;
  make(module: WebAssembly.Module): Instance;
  /** Whether there may be another use of it after one with this result. */
  isGood(instance: Instance, result: unknown): boolean;
  /**
   * Whether it is kept only until another such one is used: the codecs beside
   * the engine have up to 48 MiB each, and all together more than there is.
   */
  readonly isSole?: boolean;
}

/** Lends an instance to one user at a time. */
export class Keeper<Instance> {
  /** The sole one whose instance is kept. */
  static #sole: { forget(): void } | undefined;

  readonly #kept: Kept<Instance>;
  #loading: Promise<WebAssembly.Module> | undefined;
  #module: WebAssembly.Module | undefined;
  #instance: Instance | undefined;

  constructor(kept: Kept<Instance>) {
    this.#kept = kept;
  }

  /**
   * What `work` makes with an instance. It is not kept where it is not good any
   * more, or `work` throws.
   */
  async use<T>(work: (instance: Instance) => T): Promise<T> {
    const module = this.#module ??= await this.#loaded();
    if (this.#kept.isSole && Keeper.#sole !== this) {
      Keeper.#sole?.forget();
      Keeper.#sole = this;
    }
    // From here on there is no await: one picture at a time.
    const instance = this.#instance ?? this.#kept.make(module);
    this.#instance = undefined;
    const result = work(instance);
    if (this.#kept.isGood(instance, result)) this.#instance = instance;
    return result;
  }

  /** Gives up what is kept, but for the module. */
  forget(): void {
    this.#instance = undefined;
  }

  /** Once for all who wait for it. A failure is theirs, and not kept. */
  #loaded(): Promise<WebAssembly.Module> {
    return this.#loading ??= this.#kept.load().finally(() => {
      this.#loading = undefined;
    });
  }
}
