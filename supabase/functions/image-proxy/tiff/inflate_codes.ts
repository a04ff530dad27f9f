/**
 * The codes of deflate: RFC 1951, section 3.2. No I/O.
 *
 * @module
 */
import { Failed } from "../engine/failure.ts";

/** Codes of no more bits are looked up at once. */
export const QUICK = 10;

const MOST_BITS = 15;

/** One alphabet. */
export class Codes {
  /** By the next bits: a symbol times 16, and how many they are; or 0. */
  readonly quick = new Uint16Array(1 << QUICK);
  /** How many codes there are of each length. */
  readonly counts = new Uint16Array(MOST_BITS + 1);
  /** In the order of their codes. */
  readonly symbols = new Uint16Array(288);

  /** Makes it the alphabet whose codes have these lengths: section 3.2.2. */
  set(lengths: Uint8Array): this {
    const { counts } = this;
    counts.fill(0);
    for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
    counts[0] = 0;
    let free = 1;
    const places = new Uint16Array(MOST_BITS + 2);
    const codes = new Uint16Array(MOST_BITS + 2);
    for (let length = 1; length <= MOST_BITS; length++) {
      const count = counts[length] ?? 0;
      free = 2 * free - count;
      if (free < 0) throw new Failed("corrupt");
      places[length + 1] = (places[length] ?? 0) + count;
      codes[length + 1] = (codes[length] ?? 0) + count << 1;
    }
    this.#place(lengths, places, codes);
    return this;
  }

  #place(lengths: Uint8Array, places: Uint16Array, codes: Uint16Array): void {
    this.quick.fill(0);
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol] ?? 0;
      if (length === 0) continue;
      const place = places[length] ?? 0;
      places[length] = place + 1;
      this.symbols[place] = symbol;
      const code = codes[length] ?? 0;
      codes[length] = code + 1;
      if (length > QUICK) continue;
      const entry = symbol << 4 | length;
      const step = 1 << length;
      for (let at = reversed(code, length); at < 1 << QUICK; at += step) {
        this.quick[at] = entry;
      }
    }
  }

  /**
   * A code that is longer: the entry that `quick` has none for.
   *
   * @throws {Failed} Where there is no such code.
   */
  slow(bits: number): number {
    let code = 0;
    let first = 0;
    let place = 0;
    for (let length = 1; length <= MOST_BITS; length++) {
      code |= bits >> (length - 1) & 1;
      const count = this.counts[length] ?? 0;
      if (code - first < count) {
        return (this.symbols[place + code - first] ?? 0) << 4 | length;
      }
      place += count;
      first = first + count << 1;
      code <<= 1;
    }
    throw new Failed("corrupt");
  }
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let i = 0; i < length; i++) result |= (code >> i & 1) << length - 1 - i;
  return result;
}

/** Section 3.2.6. */
const FIXED_LENGTHS = new Uint8Array(288).fill(8).fill(9, 144, 256)
  .fill(7, 256, 280);

let fixed: readonly [Codes, Codes] | undefined;

/** The codes that are the same in all streams: bytes and lengths, distances. */
export function fixedCodes(): readonly [Codes, Codes] {
  return fixed ??= [
    new Codes().set(FIXED_LENGTHS),
    new Codes().set(new Uint8Array(30).fill(5)),
  ];
}

/** Section 3.2.5: of the symbols from 257 on. */
export const LENGTHS = Uint16Array.of(
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59],
  ...[67, 83, 99, 115, 131, 163, 195, 227, 258],
);
export const LENGTH_BITS = Uint8Array.of(
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3],
  ...[4, 4, 4, 4, 5, 5, 5, 5, 0],
);
export const DISTANCES = Uint16Array.of(
  ...[1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385],
  ...[513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577],
);
export const DISTANCE_BITS = Uint8Array.of(
  ...[0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8],
  ...[9, 9, 10, 10, 11, 11, 12, 12, 13, 13],
);
