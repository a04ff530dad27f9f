/**
 * Rows of a bitmap in runs: `BI_RLE4` and `BI_RLE8`. No I/O.
 *
 * @module
 */
import { Failed } from "../engine/failure.ts";
import type { ReadRow } from "../engine/source.ts";
import type { Bitmap } from "./bitmap.ts";
import { putColour } from "./rows.ts";

/**
 * The rows from the lowest, which is stored first, of `data`. What is skipped has
 * the first colour. Each is read when it is asked for, and nothing is kept.
 */
export function runRows(
  data: Uint8Array,
  bitmap: Bitmap,
  colours: Uint8Array,
): ReadRow {
  const runs = new Runs(data, bitmap);
  return (_, into) => {
    const indexes = runs.next();
    for (let x = 0; x < indexes.length; x++) {
      putColour(colours, indexes[x] ?? 0, into, x);
    }
  };
}

/** What follows a zero, if it is not the length of pixels that are spelt out. */
const [END_OF_ROW, END_OF_BITMAP, DELTA] = [0, 1, 2];

class Runs {
  readonly #data: Uint8Array;
  /** Pixels of a byte. */
  readonly #each: 1 | 2;
  readonly #row: Uint8Array;
  #at = 0;
  #x = 0;
  /** Rows that are skipped before the next one. */
  #skipped = 0;
  #isOver = false;

  constructor(data: Uint8Array, { size, coding }: Bitmap) {
    this.#data = data;
    this.#each = coding === "rle4" ? 2 : 1;
    this.#row = new Uint8Array(size.width);
  }

  /** The indexes of the next row, until there is another one. */
  next(): Uint8Array {
    this.#row.fill(0);
    if (this.#skipped > 0) this.#skipped--;
    else while (!this.#isOver && this.#goOn());
    return this.#row;
  }

  /** Whether the row goes on behind what is read. */
  #goOn(): boolean {
    const isFull = this.#x >= this.#row.length;
    // The last row may end with the file.
    if (isFull && this.#at >= this.#data.length) return this.#endRow(0);
    const [count, value] = [this.#byte(), this.#byte()];
    if (count > 0) return this.#run(count, value);
    switch (value) {
      case END_OF_ROW:
        return this.#endRow(0);
      case END_OF_BITMAP:
        this.#isOver = true;
        return false;
      case DELTA:
        return this.#skip(this.#byte(), this.#byte());
      default:
        return this.#spelt(value);
    }
  }

  #endRow(x: number): false {
    this.#x = x;
    return false;
  }

  #skip(right: number, rows: number): boolean {
    this.#x += right;
    if (rows === 0) return true;
    this.#skipped = rows - 1;
    return false;
  }

  #run(count: number, value: number): true {
    for (let i = 0; i < count; i++) this.#put(this.#indexOf(value, i));
    return true;
  }

  #spelt(count: number): true {
    const bytes = Math.ceil(count / this.#each);
    if (this.#at + bytes > this.#data.length) throw new Failed("truncated");
    for (let i = 0; i < count; i++) {
      const byte = this.#data[this.#at + Math.floor(i / this.#each)] ?? 0;
      this.#put(this.#indexOf(byte, i));
    }
    this.#at += bytes + bytes % 2;
    return true;
  }

  /** Of two in a byte, the first is the higher one. */
  #indexOf(byte: number, i: number): number {
    if (this.#each === 1) return byte;
    return i % 2 === 0 ? byte >> 4 : byte & 15;
  }

  /** What is beyond the row is nowhere. */
  #put(index: number): void {
    if (this.#x < this.#row.length) this.#row[this.#x] = index;
    this.#x++;
  }

  #byte(): number {
    const byte = this.#data[this.#at];
    if (byte === undefined) throw new Failed("truncated");
    this.#at++;
    return byte;
  }
}
