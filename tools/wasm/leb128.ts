/**
 * The numbers of a WebAssembly binary: LEB128, of one byte for each 7 bits.
 * Source: WebAssembly Core Specification 2.0, section 5.2.2. No I/O.
 *
 * @module
 */

/** Reads a binary from one end to the other. */
export class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
    readonly end: number = bytes.length,
  ) {}

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined || this.isAtEnd) {
      throw new Error(`Cannot read past ${this.end}`);
    }
    this.at++;
    return byte;
  }

  /** An unsigned number: an index, a length, a limit of at most 2^53. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error(`Cannot read a number of so many bytes at ${this.at}`);
  }

  /** A number of either sign, which nobody needs. */
  skipNumber(): void {
    while (this.byte() >= 0x80);
  }

  take(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.end) throw new Error(`Cannot read past ${this.end}`);
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  /** A name, or bytes behind their length. */
  sized(): Uint8Array {
    return this.take(this.unsigned());
  }
}

/**
 * An unsigned number of at most 2^53.
 *
 * @example What the specification has for 624485
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { unsigned } from "./leb128.ts";
 *
 * deepEqual(unsigned(624485), [0xe5, 0x8e, 0x26]);
 * ```
 */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = Math.floor(rest / 128);
    bytes.push(rest % 128 + (more > 0 ? 0x80 : 0));
    rest = more;
  } while (rest > 0);
  return bytes;
}

/**
 * A number of at least 0 where a signed one is read: bit 6 of its last byte is
 * the sign.
 *
 * @example 64, which fits into seven bits only without a sign
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { signed } from "./leb128.ts";
 *
 * deepEqual(signed(63), [0x3f]);
 * deepEqual(signed(64), [0xc0, 0x00]);
 * ```
 */
export function signed(value: number): number[] {
  const bytes = unsigned(value);
  const last = bytes.at(-1) ?? 0;
  return last < 0x40 ? bytes : [...bytes.slice(0, -1), last | 0x80, 0];
}

/** Bytes behind their length. */
export function sized(bytes: ArrayLike<number>): number[] {
  return [...unsigned(bytes.length), ...Array.from(bytes)];
}

/** Parts one behind the other. */
export function joined(
  parts: readonly ArrayLike<number>[],
): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
