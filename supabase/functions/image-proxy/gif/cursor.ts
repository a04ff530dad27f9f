/**
 * Reads the bytes of a GIF in their order, and not beyond them. No I/O.
 *
 * @module
 */
import { Refused } from "../header/refused.ts";

/** A place in a file, which moves on. */
export class Cursor {
  readonly #file: Uint8Array;
  #at = 0;

  constructor(file: Uint8Array) {
    this.#file = file;
  }

  get at(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#file.length;
  }

  byte(): number {
    const byte = this.#file[this.#at++];
    if (byte === undefined) throw new Refused("truncated");
    return byte;
  }

  /** The lower byte comes first. */
  short(): number {
    return this.byte() | this.byte() << 8;
  }

  /** Passes `count` bytes, and says where they are. */
  skip(count: number): number {
    const from = this.#at;
    this.#at += count;
    if (this.#at > this.#file.length) throw new Refused("truncated");
    return from;
  }

  /** The next sub-block: without bytes, it was the last: section 15. */
  block(): Uint8Array {
    const length = this.byte();
    return this.#file.subarray(this.skip(length), this.#at);
  }

  /** Passes sub-blocks to their end, and gives the first two. */
  blocks(): [first: Uint8Array, second: Uint8Array] {
    const first = this.block();
    const second = first.length > 0 ? this.block() : first;
    let last = second;
    while (last.length > 0) last = this.block();
    return [first, second];
  }
}
