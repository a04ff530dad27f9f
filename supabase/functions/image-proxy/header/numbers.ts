/**
 * Numbers of a file by their place, of which there may be too few. No I/O.
 *
 * @module
 */
import { type Unreadable, viewOf } from "./header.ts";

/** Thrown where a header is read, and caught by {@linkcode orUnreadable}. */
export class Refused extends Error {
  constructor(readonly why: Unreadable) {
    super(why);
  }
}

/**
 * What `read` says, or why it has refused.
 *
 * @example A file that ends too early
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { Numbers, orUnreadable } from "./numbers.ts";
 *
 * const file = new Numbers(Uint8Array.of(1, 2, 3), true);
 *
 * deepEqual(orUnreadable(() => file.u16(1)), 0x302);
 * deepEqual(orUnreadable(() => file.u16(2)), "truncated");
 * ```
 */
export function orUnreadable<T>(read: () => T): T | Unreadable {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) return error.why;
    throw error;
  }
}

/** The same, of who decodes: a file that is whole has nothing behind it. */
export function failureOf(why: Unreadable): "unsupported" | "unreadable" {
  const isBroken = why === "corrupt" || why === "truncated";
  return isBroken ? "unreadable" : "unsupported";
}

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
