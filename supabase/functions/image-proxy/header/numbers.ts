/**
 * Numbers of a file by their place, of which there may be too few. No I/O.
 *
 * @module
 */
import { viewOf } from "./header.ts";
import { Refused } from "./refused.ts";

/** The numbers of a file. What is behind its end is {@linkcode Refused}. */
export class Numbers {
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array, readonly isLittle: boolean) {
    this.#view = viewOf(bytes);
  }

  u8(at: number): number {
    return this.#view.getUint8(this.#within(at, 1));
  }

  u16(at: number): number {
    return this.#view.getUint16(this.#within(at, 2), this.isLittle);
  }

  u32(at: number): number {
    return this.#view.getUint32(this.#within(at, 4), this.isLittle);
  }

  i32(at: number): number {
    return this.u32(at) | 0;
  }

  #within(at: number, length: number): number {
    if (at + length > this.bytes.length) throw new Refused("truncated");
    return at;
  }
}
