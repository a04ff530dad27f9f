/**
 * A door for few at a time, with a short queue before it.
 *
 * @module
 */
import { problem } from "../_shared/problem.ts";

const tooBusy = problem(503, "Too busy");

/** In seconds. The queue is through by then. */
const RETRY_AFTER_S = 5;

/** Lets `atOnce` pieces of work run, and `waiting` more wait for their turn. */
export class Gate {
  readonly #atOnce: number;
  readonly #waiting: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: number, waiting: number) {
    this.#atOnce = atOnce;
    this.#waiting = waiting;
  }

  /**
   * Runs `work` when it is its turn.
   *
   * @throws {Problem} "Too busy" if the queue is full.
   */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) this.#running++;
    else await this.#turn();
    try {
      return await work();
    } finally {
      // Whoever waits takes over the place; else it is free.
      const next = this.#queue.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  async #turn(): Promise<void> {
    if (this.#queue.length >= this.#waiting) {
      throw tooBusy("Too many pictures are being made: ask again", {}, {
        headers: { "retry-after": String(RETRY_AFTER_S) },
      });
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#queue.push(resolve);
    await promise;
  }
}
