/**
 * Reads numbers and boxes of a file, and never past its end. No I/O.
 *
 * @module
 */

import type { Unreadable } from "../header/header.ts";
import { Refused, unsupported } from "../header/refused.ts";

/**
 * Boxes side by side. A picture with thumbnail, alpha and EXIF has about ten, a
 * phone's grid of 48 MP with a map of its light 250.
 */
const MAX_BOXES = 1024;

/** A part of a file that is read from its beginning to its end. */
export class Cursor {
  readonly #view: DataView;

  /** From `at` to `end` of `bytes`, which may be the first of a file's. */
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
    readonly end = bytes.length,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.end - this.at;
  }

  /** The same part, for another who reads it. */
  again(): Cursor {
    return new Cursor(this.bytes, this.at, this.end);
  }

  /** A big-endian number of 0 to 8 bytes, no larger than a double can hold. */
  uint(length: number): number {
    const from = this.#pass(length);
    let value = 0;
    for (let i = 0; i < length; i++) {
      value = value * 256 + this.#view.getUint8(from + i);
    }
    if (!Number.isSafeInteger(value)) throw new Refused("corrupt");
    return value;
  }

  /** The same, of a number that may be below zero: two's complement. */
  int(length: number): number {
    const value = this.uint(length);
    const limit = 2 ** (8 * length - 1);
    return value < limit ? value : value - 2 * limit;
  }

  /** Four characters. */
  type(): string {
    const from = this.#pass(4);
    return String.fromCharCode(...this.bytes.subarray(from, from + 4));
  }

  /** What is left, as text up to its first zero. */
  text(): string {
    const rest = this.bytes.subarray(this.#pass(this.left), this.end);
    const zero = rest.indexOf(0);
    const said = zero < 0 ? rest : rest.subarray(0, zero);
    // No text of the format that matters is longer.
    return String.fromCharCode(...said.subarray(0, 64));
  }

  skip(length: number): void {
    this.#pass(length);
  }

  /** A part that begins here, behind which this one goes on. */
  part(length: number): Cursor {
    const from = this.#pass(length);
    return new Cursor(this.bytes, from, from + length);
  }

  /** ISO/IEC 14496-12 §4.2: the version and the flags of a box that has some. */
  full(): { readonly version: number; readonly flags: number } {
    return { version: this.uint(1), flags: this.uint(3) };
  }

  #pass(length: number): number {
    const from = this.at;
    if (length > this.left) throw new Refused("corrupt");
    if (from + length > this.bytes.length) throw new Refused("truncated");
    this.at += length;
    return from;
  }
}

/** A box, and what is in it. */
export interface Box {
  readonly type: string;
  readonly content: Cursor;
}

/**
 * The boxes side by side from here to the end (ISO/IEC 14496-12 §4.2). Nothing
 * is looked for in a box that is not asked for, so boxes in boxes
 * cost nothing. `beyond` is what a box is that ends behind its parent.
 */
export function* boxesOf(
  parent: Cursor,
  beyond: Unreadable = "corrupt",
): Generator<Box> {
  for (let count = 0; parent.left >= 8; count++) {
    if (count === MAX_BOXES) {
      throw unsupported(`It has more than ${MAX_BOXES} boxes`);
    }
    const begin = parent.at;
    const short = parent.uint(4);
    const type = parent.type();
    let length = short;
    if (short === 0) length = parent.end - begin;
    else if (short === 1) length = parent.uint(8);
    const end = begin + length;
    if (end < parent.at) throw new Refused("corrupt");
    if (end > parent.end) throw new Refused(beyond);
    yield { type, content: new Cursor(parent.bytes, parent.at, end) };
    parent.at = end;
  }
}

/** The content of the first box of that type. */
export function find(parent: Cursor, type: string): Cursor | undefined {
  for (const box of boxesOf(parent.again())) {
    if (box.type === type) return box.content;
  }
  return undefined;
}

/** The same, of a box that has to be there. */
export function need(parent: Cursor, type: string): Cursor {
  const found = find(parent, type);
  if (found === undefined) throw new Refused("corrupt");
  return found;
}
