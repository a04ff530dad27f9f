/**
 * Compresses indices as GIF does: GIF89a Specification, appendix F. No I/O.
 *
 * @module
 */
import { BlockWriter } from "./block_writer.ts";

/** What codes have at most. */
const MOST_BITS = 12;

/** Four for each code: what is looked for is found soon. */
const SLOT_BITS = MOST_BITS + 2;

/** Takes indices, and gives sub-blocks. */
export class Compressor {
  readonly #blocks = new BlockWriter();
  readonly #bits: number;
  readonly #clear: number;
  /** A code, and the index behind it, which together have a code: one more. */
  readonly #keys = new Int32Array(1 << SLOT_BITS);
  readonly #codes = new Uint16Array(1 << SLOT_BITS);
  #next = 0;
  #width: number;
  /** The code of what is not written yet: -1 is for nothing. */
  #prefix = -1;

  /** Of indices below `2 ** bits`, which are 2 to 8. */
  constructor(bits: number) {
    this.#bits = bits;
    this.#clear = 1 << bits;
    this.#width = bits + 1;
    this.#forget();
  }

  add(indices: Uint8Array): void {
    const [keys, codes] = [this.#keys, this.#codes];
    let prefix = this.#prefix;
    for (const index of indices) {
      if (prefix < 0) {
        prefix = index;
        continue;
      }
      const key = (prefix << 8 | index) + 1;
      let slot = Math.imul(key, 0x9e3779b1) >>> 32 - SLOT_BITS;
      while (keys[slot] !== 0 && keys[slot] !== key) {
        slot = slot + 1 & (1 << SLOT_BITS) - 1;
      }
      if (keys[slot] === key) {
        prefix = codes[slot] ?? 0;
        continue;
      }
      keys[slot] = key;
      codes[slot] = this.#next;
      this.#write(prefix);
      prefix = index;
    }
    this.#prefix = prefix;
  }

  /** All sub-blocks, with what ends them. */
  end(): Uint8Array {
    if (this.#prefix >= 0) this.#write(this.#prefix);
    this.#blocks.put(this.#clear + 1, this.#width);
    return this.#blocks.end();
  }

  /** Writes a code, which makes another one with what is behind it. */
  #write(code: number): void {
    this.#blocks.put(code, this.#width);
    if (this.#next === 1 << MOST_BITS) this.#forget();
    else if (this.#next++ === 1 << this.#width) this.#width++;
  }

  /** Begins anew, since there are no more codes. */
  #forget(): void {
    this.#blocks.put(this.#clear, this.#width);
    this.#keys.fill(0);
    this.#next = this.#clear + 2;
    this.#width = this.#bits + 1;
  }
}
