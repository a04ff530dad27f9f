/**
 * Deflate in zlib's wrapping (RFC 1950 and 1951), as far as it is wanted. No I/O.
 *
 * Our own, because the hosted runtime's `node:zlib` unpacks all there is,
 * whatever `maxOutputLength` says, and nothing bounds how long it takes for a
 * stream of blocks with nothing in them.
 *
 * @module
 */
import { Failed } from "../engine/failure.ts";
import {
  Codes,
  DISTANCE_BITS,
  DISTANCES,
  fixedCodes,
  LENGTH_BITS,
  LENGTHS,
  QUICK,
} from "./inflate_codes.ts";

/** How far back a stream refers. */
const HISTORY = 32_768;

/** Bytes that are unpacked at once, behind the history. */
const AHEAD = 16_384;

const LONGEST = 258;

/**
 * What blocks take beside their bytes, by their types: those with codes of their
 * own have tables to be made. Encoders write one for many thousands of bytes;
 * where there is one for less than 1,024, somebody wants time to be spent.
 */
const BLOCK_COSTS = [1, 1, 16];
const FREE_COST = 4 * 16;
const BYTES_A_COST = 64;

/** The order in which the lengths of lengths come: section 3.2.7. */
const ORDER = Uint8Array.of(
  ...[16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15],
);

const QUICK_MASK = (1 << QUICK) - 1;

/** One stream after the other, each as far as it is read. */
export class Inflate {
  readonly #window = new Uint8Array(HISTORY + AHEAD + LONGEST);
  /** The end of what was read of the window, and of what is there. */
  #from = 0;
  #to = 0;

  #packed: Uint8Array = new Uint8Array();
  #at = 0;
  #bits = 0;
  #bitCount = 0;

  #state: "between" | "stored" | "coded" = "between";
  #isLast = false;
  /** Bytes that are left of a block that is stored. */
  #stored = 0;
  /** What blocks may still cost, but for bytes that are in the window. */
  #allowed = 0;
  readonly #own = [new Codes(), new Codes()] as const;
  #codes: readonly [Codes, Codes] = this.#own;

  /** @throws {Failed} If it does not begin as a stream does. */
  begin(packed: Uint8Array): void {
    this.#packed = packed;
    this.#at = 2;
    this.#bits =
      this.#bitCount =
      this.#from =
      this.#to =
        0;
    this.#state = "between";
    this.#isLast = false;
    this.#allowed = FREE_COST;
    const [method, flags] = packed;
    if (method === undefined || flags === undefined) {
      throw new Failed("truncated");
    }
    const isZlib = (method & 15) === 8 && (flags & 32) === 0 &&
      (method << 8 | flags) % 31 === 0;
    if (!isZlib) throw new Failed("corrupt");
  }

  /**
   * Fills `into` with the next bytes.
   *
   * @throws {Failed} If there are fewer, or too many blocks with little in them.
   */
  read(into: Uint8Array): void {
    let filled = 0;
    while (filled < into.length) {
      if (this.#from === this.#to) this.#fill();
      const count = Math.min(this.#to - this.#from, into.length - filled);
      const end = this.#from + count;
      into.set(this.#window.subarray(this.#from, end), filled);
      this.#from = end;
      filled += count;
    }
  }

  /** Unpacks some more. All that there was has been read. */
  #fill(): void {
    if (this.#to > HISTORY) {
      this.#window.copyWithin(0, this.#to - HISTORY, this.#to);
      this.#allowed += (this.#to - HISTORY) / BYTES_A_COST;
      this.#to = HISTORY;
    }
    const from = this.#from = this.#to;
    const end = from + AHEAD;
    while (this.#to < end) {
      if (this.#state === "between" && !this.#block(from)) break;
      if (this.#state === "stored") this.#copyStored(end);
      else if (this.#state === "coded") this.#decode(end);
    }
    // Where bits are missing, they are taken for zeros at first.
    if (8 * this.#at - this.#bitCount > 8 * this.#packed.length) {
      throw new Failed("truncated");
    }
  }

  /** Begins the next block. False where there is none, behind the last. */
  #block(from: number): boolean {
    if (this.#isLast) {
      if (this.#to === from) throw new Failed("corrupt");
      return false;
    }
    if (this.#at > this.#packed.length + 4) throw new Failed("truncated");
    this.#isLast = this.#take(1) === 1;
    const type = this.#take(2);
    this.#allowed -= BLOCK_COSTS[type] ?? 0;
    if (this.#allowed + this.#to / BYTES_A_COST < 0) throw new Failed("cost");
    if (type === 3) throw new Failed("corrupt");
    this.#state = type === 0 ? "stored" : "coded";
    if (type === 0) this.#beginStored();
    else this.#codes = type === 1 ? fixedCodes() : this.#ownCodes();
    return true;
  }

  /** Up to 15 of the next bits, the lowest first. */
  #take(count: number): number {
    while (this.#bitCount < count) {
      this.#bits |= (this.#packed[this.#at++] ?? 0) << this.#bitCount;
      this.#bitCount += 8;
    }
    const value = this.#bits & (1 << count) - 1;
    this.#bits >>>= count;
    this.#bitCount -= count;
    return value;
  }

  /** Section 3.2.4. */
  #beginStored(): void {
    this.#at -= this.#bitCount >> 3;
    this.#bits = this.#bitCount = 0;
    const [low = 0, high = 0, notLow = 0, notHigh] = this.#packed.subarray(
      this.#at,
      this.#at += 4,
    );
    if (notHigh === undefined) throw new Failed("truncated");
    this.#stored = high << 8 | low;
    const isSure = (this.#stored ^ (notHigh << 8 | notLow)) === 0xffff;
    if (!isSure) throw new Failed("corrupt");
  }

  #copyStored(end: number): void {
    const count = Math.min(this.#stored, end - this.#to);
    const part = this.#packed.subarray(this.#at, this.#at + count);
    if (part.length < count) throw new Failed("truncated");
    this.#window.set(part, this.#to);
    this.#at += count;
    this.#to += count;
    this.#stored -= count;
    if (this.#stored === 0) this.#state = "between";
  }

  /** Section 3.2.7. */
  #ownCodes(): readonly [Codes, Codes] {
    const literals = this.#take(5) + 257;
    const distances = this.#take(5) + 1;
    const count = this.#take(4) + 4;
    if (literals > 286 || distances > 30) throw new Failed("corrupt");
    const lengths = new Uint8Array(19);
    for (const place of ORDER.subarray(0, count)) {
      lengths[place] = this.#take(3);
    }
    const all = this.#lengths(literals + distances, this.#own[0].set(lengths));
    if (all[256] === 0) throw new Failed("corrupt");
    this.#own[0].set(all.subarray(0, literals));
    this.#own[1].set(all.subarray(literals));
    return this.#own;
  }

  /** Lengths of codes, by codes for them. */
  #lengths(count: number, codes: Codes): Uint8Array {
    const lengths = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const symbol = this.#symbol(codes);
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      const again = symbol === 16 ? lengths[at - 1] : 0;
      const times = symbol === 16
        ? 3 + this.#take(2)
        : symbol === 17
        ? 3 + this.#take(3)
        : 11 + this.#take(7);
      if (again === undefined || at + times > count) {
        throw new Failed("corrupt");
      }
      lengths.fill(again, at, at += times);
    }
    return lengths;
  }

  #symbol(codes: Codes): number {
    while (this.#bitCount < 15) {
      this.#bits |= (this.#packed[this.#at++] ?? 0) << this.#bitCount;
      this.#bitCount += 8;
    }
    const entry = codes.quick[this.#bits & QUICK_MASK] ||
      codes.slow(this.#bits);
    this.#bits >>>= entry & 15;
    this.#bitCount -= entry & 15;
    return entry >> 4;
  }

  /** To the end of the block, or of what is unpacked at once. */
  #decode(end: number): void {
    while (this.#to < end) {
      const symbol = this.#literals(end);
      if (symbol < 256) return;
      if (symbol === 256) {
        this.#state = "between";
        return;
      }
      if (symbol > 285) throw new Failed("corrupt");
      this.#repeat(symbol - 257);
    }
  }

  /** Bytes up to `end`, or to a symbol that is none, which is the result. */
  #literals(end: number): number {
    const [codes] = this.#codes;
    const { quick } = codes;
    const [window, packed] = [this.#window, this.#packed];
    let [to, at] = [this.#to, this.#at];
    let [bits, bitCount] = [this.#bits, this.#bitCount];
    let symbol = 0;
    while (to < end) {
      while (bitCount < 15) {
        bits |= (packed[at++] ?? 0) << bitCount;
        bitCount += 8;
      }
      const entry = quick[bits & QUICK_MASK] || codes.slow(bits);
      bits >>>= entry & 15;
      bitCount -= entry & 15;
      symbol = entry >> 4;
      if (symbol > 255) break;
      window[to++] = symbol;
    }
    [this.#to, this.#at] = [to, at];
    [this.#bits, this.#bitCount] = [bits, bitCount];
    return symbol;
  }

  /** What is there already, once more: section 3.2.5. */
  #repeat(index: number): void {
    const length = (LENGTHS[index] ?? 0) + this.#take(LENGTH_BITS[index] ?? 0);
    const far = this.#symbol(this.#codes[1]);
    const distance = (DISTANCES[far] ?? HISTORY + 1) +
      this.#take(DISTANCE_BITS[far] ?? 0);
    const window = this.#window;
    let to = this.#to;
    if (distance > to) throw new Failed("corrupt");
    const end = to + length;
    for (let from = to - distance; to < end;) {
      window[to++] = window[from++] ?? 0;
    }
    this.#to = to;
  }
}
