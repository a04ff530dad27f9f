/**
 * What an instance remembers between calls. Another instance misses nothing: it
 * asks again.
 *
 * @module
 */
import { REMEMBERED_QUERIES } from "./policy.ts";
import type { Generation } from "./sources.ts";

/** Things by name, of which those that nobody asked for longest go first. */
export class Memory<Thing> {
  readonly #things = new Map<string, Thing>();

  constructor(readonly size: number) {}

  recall(name: string): Thing | undefined {
    const thing = this.#things.get(name);
    if (thing !== undefined) this.keep(name, thing);
    return thing;
  }

  keep(name: string, thing: Thing): void {
    this.#things.delete(name);
    this.#things.set(name, thing);
    if (this.#things.size <= this.size) return;
    const [oldest = name] = this.#things.keys();
    this.#things.delete(oldest);
  }
}

/** What searches of each source saw last. */
export const generations: Memory<Generation> = new Memory(100);

/** The vectors of queries, by their model. */
export const queries: Memory<string> = new Memory(REMEMBERED_QUERIES);
