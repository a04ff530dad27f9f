/**
 * Group 4 of fax machines: ITU-T T.6, and TIFF 6.0, section 11. No I/O.
 *
 * Of a row is said where its colour changes, mostly by where that of the row
 * above it does.
 *
 * @module
 */
import { Failed } from "../engine/failure.ts";
import { MOST_BITS, RUNS, type Runs } from "./fax_codes.ts";

/**
 * Unpacks `packed` into rows of `width` pixels, until `to` is full: 0 is white.
 * Says how many bytes it has written.
 *
 * @example Two rows, of which the first has black in its middle
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { unpackFax } from "./fax.ts";
 *
 * const to = new Uint8Array(2);
 * // 3 white and 2 black, and no change any more; then all as above.
 * unpackFax(Uint8Array.of(0b0011_0001, 0b1111_1000), to, 8);
 *
 * deepEqual([...to], [0b0001_1000, 0b0001_1000]);
 * ```
 *
 * @throws {Failed} "corrupt", for what no machine sends.
 */
export function unpackFax(
  packed: Uint8Array,
  to: Uint8Array,
  width: number,
): number {
  const bits = new Bits(packed);
  const stride = Math.ceil(width / 8);
  let above = new Row(width);
  let row = new Row(width);
  for (let at = 0; at < to.length; at += stride) {
    if (!row.read(bits, above)) return at;
    row.paint(to.subarray(at, at + stride));
    [above, row] = [row, above];
  }
  return to.length;
}

/** From the highest of the first byte on; those behind the last are 0. */
class Bits {
  #at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get areOver(): boolean {
    return this.#at >= 8 * this.#bytes.length;
  }

  /** The next `count`, up to 16. */
  peek(count: number): number {
    const [bytes, at] = [this.#bytes, this.#at >> 3];
    const three = (bytes[at] ?? 0) << 16 | (bytes[at + 1] ?? 0) << 8 |
      (bytes[at + 2] ?? 0);
    return three >> 24 - count - this.#at % 8 & (1 << count) - 1;
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** T.4, section 4.1.1: parts of a run, of which the last is less than 64. */
  run({ pixels, bits }: Runs, most: number): number {
    for (let all = 0;;) {
      const code = this.peek(MOST_BITS);
      const [part = 0, length = 0] = [pixels[code], bits[code]];
      all += part;
      if (length === 0 || all > most) throw new Failed("corrupt");
      this.skip(length);
      if (part < 64) return all;
    }
  }
}

/** Codes of how far a change is from that of the row above: section 2.2.3. */
const [PASS, HORIZONTAL] = [8, 9];
const MODES: Readonly<Record<string, number>> = {
  ...{ "1": 0, "011": 1, "010": -1, "000011": 2, "000010": -2 },
  ...{ "0000011": 3, "0000010": -3, "0001": PASS, "001": HORIZONTAL },
};

/** Of the longest of them. */
const MODE_BITS = 7;

/** What ends a picture, twice. */
const [END, END_BITS] = [1, 12];

/** By the bits that begin with a code: its mode, and its length. */
const AT = Object.entries(MODES).reduce(({ modes, lengths }, [code, mode]) => {
  const open = MODE_BITS - code.length;
  const from = parseInt(code, 2) << open;
  modes.fill(mode, from, from + (1 << open));
  lengths.fill(code.length, from, from + (1 << open));
  return { modes, lengths };
}, { modes: new Int8Array(128), lengths: new Uint8Array(128) });

/** Where the colour of a row changes, which begins with white. */
class Row {
  readonly #width: number;
  /** As many as there are pixels, two of nothing, and what is behind them. */
  readonly #changes: Int32Array;
  #count = 0;

  constructor(width: number) {
    this.#width = width;
    this.#changes = new Int32Array(width + 6).fill(width);
  }

  /** Whether there is another one in `bits`. */
  read(bits: Bits, above: Row): boolean {
    const width = this.#width;
    this.#count = 0;
    // Before the first pixel, so that this one may change.
    let [at, colour, next] = [-1, 0, 0];
    while (at < width) {
      next = above.#nextTo(at, colour, next);
      const code = bits.peek(MODE_BITS);
      const length = AT.lengths[code] ?? 0;
      if (length === 0) return this.#ended(bits);
      bits.skip(length);
      const mode = AT.modes[code] ?? 0;
      if (mode === PASS) {
        at = above.#at(next + 1);
      } else if (mode === HORIZONTAL) {
        at = this.#runs(bits, Math.max(0, at), colour);
      } else {
        const to = above.#at(next) + mode;
        this.#change(to, Math.max(0, at));
        at = to;
        colour = 1 - colour;
      }
      if (bits.areOver && at < width) return false;
    }
    this.#changes.fill(width, this.#count, this.#count + 3);
    return true;
  }

  /** Black where it is, and white elsewhere. */
  paint(to: Uint8Array): void {
    to.fill(0);
    for (let i = 0; i < this.#count; i += 2) {
      blacken(to, this.#at(i), this.#at(i + 1));
    }
  }

  #at(index: number): number {
    return this.#changes[index] ?? this.#width;
  }

  /** Which change is the first right of `at` to the other colour. */
  #nextTo(at: number, colour: number, from: number): number {
    // A change to the left may have gone back by three.
    let index = Math.max(0, from - 3);
    if (index % 2 !== colour) index++;
    while (this.#at(index) <= at && this.#at(index) < this.#width) index += 2;
    return index;
  }

  /** A run of this colour, and one of the other: says where that ends. */
  #runs(bits: Bits, from: number, colour: number): number {
    const [first, second] = colour === 0 ? RUNS : [RUNS[1], RUNS[0]];
    const middle = from + bits.run(first, this.#width - from);
    const end = middle + bits.run(second, this.#width - middle);
    this.#change(middle, from);
    this.#change(end, middle);
    return end;
  }

  #change(at: number, least: number): void {
    const isInside = at >= least && at <= this.#width &&
      this.#count < this.#width + 3;
    if (!isInside) throw new Failed("corrupt");
    this.#changes[this.#count++] = at;
  }

  /** At the end there is no row, and no other code. */
  #ended(bits: Bits): false {
    if (bits.peek(END_BITS) === END || bits.areOver) return false;
    throw new Failed("corrupt");
  }
}

/** Sets the bits of pixels, from one and before another. */
function blacken(row: Uint8Array, from: number, to: number): void {
  if (from >= to) return;
  const [first, last] = [from >> 3, to - 1 >> 3];
  const head = 0xff >> from % 8;
  const tail = 0xff << 7 - (to - 1) % 8;
  if (first === last) {
    row[first] = (row[first] ?? 0) | head & tail;
    return;
  }
  row[first] = (row[first] ?? 0) | head;
  row.fill(0xff, first + 1, last);
  row[last] = (row[last] ?? 0) | tail;
}
