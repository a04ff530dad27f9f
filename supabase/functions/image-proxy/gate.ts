/**
 * A door for few at a time, with a short queue before it.
 *
 * @module
 */
import { problem } from "../_shared/problem.ts";

const tooBusy = problem(503, "Too busy");

/** In seconds. The queue is through by then. */
const RETRY_AFTER_S = 5;

/** Lets a piece of work run for each of its seats, and `waiting` more wait. */
export class Gate<Seat = null> {
  readonly #free: Seat[];
  readonly #waiting: number;
  readonly #queue: ((seat: Seat) => void)[] = [];

  constructor(seats: readonly Seat[], waiting: number) {
    this.#free = [...seats];
    this.#waiting = waiting;
  }

  /**
   * Runs `work` when it is its turn, with a seat that is its own until it ends.
   *
   * @throws {Problem} "Too busy" if the queue is full.
   */
  async pass<T>(work: (seat: Seat) => Promise<T>): Promise<T> {
    // What was used last is warm.
    const free = this.#free.pop();
    const seat = free === undefined ? await this.#turn() : free;
    try {
      return await work(seat);
    } finally {
      // Whoever waits takes over the seat; else it is free.
      const next = this.#queue.shift();
      if (next === undefined) this.#free.push(seat);
      else next(seat);
    }
  }

  async #turn(): Promise<Seat> {
    if (this.#queue.length >= this.#waiting) {
      throw tooBusy("Too many pictures are being made: ask again", {}, {
        headers: { "retry-after": String(RETRY_AFTER_S) },
      });
    }
    const { promise, resolve } = Promise.withResolvers<Seat>();
    this.#queue.push(resolve);
    return await promise;
  }
}

/** Seats that are nothing but a place. */
export function seats(count: number): null[] {
  return Array.from({ length: count }, () => null);
}
