/**
 * The memory of a module. No I/O.
 *
 * @module
 */

/** Bytes in a memory. */
export interface View {
  readonly at: number;
  readonly length: number;
}

/** Addresses come from modules as signed numbers, and are taken as they come. */
export class Heap {
  constructor(readonly memory: WebAssembly.Memory) {}

  get size(): number {
    return this.memory.buffer.byteLength;
  }

  /** The bytes themselves, until the memory grows. */
  bytes({ at, length }: View): Uint8Array {
    return new Uint8Array(this.memory.buffer, at >>> 0, length);
  }

  /** A number of 32 bits without a sign. */
  word(at: number): number {
    return new DataView(this.memory.buffer).getUint32(at >>> 0, true);
  }

  setWord(at: number, value: number): void {
    new DataView(this.memory.buffer).setUint32(at >>> 0, value, true);
  }

  /** Text of one byte a character, up to a zero. */
  text(at: number): string {
    const rest = new Uint8Array(this.memory.buffer, at >>> 0);
    return String.fromCharCode(...rest.subarray(0, rest.indexOf(0)));
  }
}
