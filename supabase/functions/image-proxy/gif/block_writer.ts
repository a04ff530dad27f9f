/**
 * Sub-blocks of a GIF, from bits: GIF89a Specification, section 15 and appendix
 * F. No I/O.
 *
 * @module
 */

/** Bytes of a sub-block, at most. */
const BLOCK = 255;

/** Takes codes, the lowest bits first. */
export class BlockWriter {
  #bytes = new Uint8Array(4_096);
  #length = 1;
  /** Where the length of the block stands. */
  #block = 0;
  /** Bits that make no byte yet. */
  #held = 0;
  #heldBits = 0;

  /** A code of up to 12 bits. */
  put(code: number, bits: number): void {
    this.#held |= code << this.#heldBits;
    this.#heldBits += bits;
    while (this.#heldBits >= 8) {
      this.#byte(this.#held & 0xff);
      this.#held >>>= 8;
      this.#heldBits -= 8;
    }
  }

  /** All blocks, with the empty one that ends them. */
  end(): Uint8Array {
    if (this.#heldBits > 0) this.#byte(this.#held);
    const last = this.#length - this.#block - 1;
    this.#bytes[this.#block] = last;
    // An empty block is the end itself.
    if (last > 0) this.#bytes[this.#length++] = 0;
    return this.#bytes.subarray(0, this.#length);
  }

  #byte(byte: number): void {
    if (this.#length - this.#block > BLOCK) {
      this.#bytes[this.#block] = BLOCK;
      this.#block = this.#length++;
    }
    // Room for this one, and for the end.
    if (this.#length + 2 > this.#bytes.length) this.#grow();
    this.#bytes[this.#length++] = byte;
  }

  #grow(): void {
    const bytes = new Uint8Array(2 * this.#bytes.length);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}
