/**
 * Memory for one large body after another.
 *
 * @module
 */

/**
 * Memory that is used again: buffers that were let go of stay for as long as
 * they are not collected, and ten of 25 MiB are as much as a function has.
 */
export class Scratch {
  #bytes = new Uint8Array();

  /** At least `length` bytes, of which nothing is known. */
  atLeast(length: number): Uint8Array<ArrayBuffer> {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length);
    return this.#bytes;
  }
}
