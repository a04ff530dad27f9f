/**
 * Reads numbers of bits, as video codecs write them. No I/O.
 *
 * @module
 */
import { Refused } from "../header/refused.ts";

/** Bits from the highest of the first byte on. */
export class Bits {
  #at = 0;

  constructor(readonly bytes: Uint8Array) {}

  /** An unsigned number of 0 to 32 bits: AV1 §4.10.2, `f(n)`. */
  take(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const byte = this.bytes[this.#at >> 3];
      if (byte === undefined) throw new Refused("corrupt");
      value = value * 2 + (byte >> (7 - this.#at % 8) & 1);
      this.#at++;
    }
    return value;
  }

  flag(): boolean {
    return this.take(1) === 1;
  }

  /** H.265 §9.2, `ue(v)`: as many zeros as there are bits behind a one. */
  golomb(): number {
    let zeros = 0;
    while (!this.flag()) {
      if (++zeros === 32) throw new Refused("corrupt");
    }
    return 2 ** zeros - 1 + this.take(zeros);
  }

  /** AV1 §4.10.3, `uvlc()`: the same, of any length. */
  skipUvlc(): void {
    let zeros = 0;
    while (!this.flag()) zeros++;
    if (zeros < 32) this.take(zeros);
  }
}
