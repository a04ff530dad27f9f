/**
 * A way through a file, forward only.
 *
 * The files are hostile: one of 64 MiB may be 16 million headers of 4 bytes. To
 * wait for each would take seconds, so a walk reads blocks, and waits only where
 * one ends.
 *
 * @module
 */
import type { Bytes } from "../../_shared/bytes.ts";
import { KiB } from "../../_shared/units.ts";

/** As much as the first window of {@linkcode Bytes}, so that it is asked once. */
const BLOCK = 64 * KiB;

/** A place in a file, and the block around it. */
export class Walk {
  /** From the front of the file. Numbers are read relative to it. */
  at = 0;
  readonly #bytes: Bytes;
  #first = 0;
  #block: Uint8Array = new Uint8Array();

  constructor(bytes: Bytes, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** Whether the next `length` bytes can be read without waiting. */
  holds(length: number): boolean {
    return this.at >= this.#first &&
      this.at + length <= this.#first + this.#block.length;
  }

  /**
   * Reads on where the next `length` bytes, at most 64 KiB, are not held yet.
   * False where the file ends before. In a loop over small headers ask `holds`
   * first: to await each would take seconds for 64 MiB.
   */
  async reaches(length: number): Promise<boolean> {
    if (this.holds(length)) return true;
    if (this.at + length > this.#bytes.size) return false;
    this.#block = await this.#bytes.at(this.at, BLOCK);
    this.#first = this.at;
    return this.holds(length);
  }

  /** What is held from here on: empty where nothing is. */
  held(): Uint8Array {
    return this.#block.subarray(Math.max(0, this.at - this.#first));
  }

  /** The byte `ahead` of here, which must be held, as must all below. */
  byte(ahead: number): number {
    return this.#block[this.at - this.#first + ahead] ?? 0;
  }

  /** 16 bits, the most significant first. */
  u16(ahead: number): number {
    return this.byte(ahead) << 8 | this.byte(ahead + 1);
  }

  /** 32 bits, the most significant first. */
  u32(ahead: number): number {
    return this.u16(ahead) * 0x10000 + this.u16(ahead + 2);
  }

  /** 16 bits, the least significant first. */
  u16le(ahead: number): number {
    return this.byte(ahead) | this.byte(ahead + 1) << 8;
  }

  /** 24 bits, the least significant first. */
  u24le(ahead: number): number {
    return this.u16le(ahead) | this.byte(ahead + 2) << 16;
  }

  /** 32 bits, the least significant first. */
  u32le(ahead: number): number {
    return this.u16le(ahead) + this.u16le(ahead + 2) * 0x10000;
  }

  /** 64 bits, the least significant first. Exact to 2^53. */
  u64le(ahead: number): number {
    return this.u32le(ahead) + this.u32le(ahead + 4) * 2 ** 32;
  }

  /** Whether the bytes from here on are the characters of `text`, one each. */
  is(text: string, ahead = 0): boolean {
    for (let i = 0; i < text.length; i++) {
      if (this.byte(ahead + i) !== text.charCodeAt(i)) return false;
    }
    return true;
  }
}
