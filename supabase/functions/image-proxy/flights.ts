/**
 * Work that many ask for at the same time, done once.
 *
 * @module
 */

/** Who asks while a key is under way gets the same outcome. */
export class Flights<T> {
  readonly #under = new Map<string, Promise<T>>();

  /** The outcome of the `work` that is under way for `key`, or of this one. */
  join(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#under.get(key);
    if (known !== undefined) return known;
    // A failure is shared too, and then forgotten.
    const flight = work().finally(() => this.#under.delete(key));
    this.#under.set(key, flight);
    return flight;
  }
}
