/**
 * Keeps a module once it is compiled, and one instance of it for as long as that
 * is good for another picture.
 *
 * @module
 */
import { MiB } from "../../_shared/units.ts";
import { Instance } from "./instance.ts";

/** Where an instance is not kept: most pictures need a quarter of it. */
const KEPT_MEMORY = 48 * MiB;

/** Lends an instance to one user at a time. */
export class Keeper {
  readonly #load: () => Promise<WebAssembly.Module>;
  #loading: Promise<WebAssembly.Module> | undefined;
  #module: WebAssembly.Module | undefined;
  #instance: Instance | undefined;

  /** `load` is called with the first use, and again if it has failed. */
  constructor(load: () => Promise<WebAssembly.Module>) {
    this.#load = load;
  }

  /**
   * What `work` makes with an instance. It is not kept where it has trapped, has
   * grown large, or `work` throws.
   */
  async use<T>(work: (instance: Instance) => T): Promise<T> {
    const module = this.#module ??= await this.#loaded();
    // From here on there is no await: one picture at a time.
    const instance = this.#instance ?? new Instance(module);
    this.#instance = undefined;
    const result = work(instance);
    const isGood = !instance.isBroken && instance.bytes <= KEPT_MEMORY;
    if (isGood) this.#instance = instance;
    return result;
  }

  /** Once for all who wait for it. A failure is theirs, and not kept. */
  #loaded(): Promise<WebAssembly.Module> {
    return this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
  }
}
