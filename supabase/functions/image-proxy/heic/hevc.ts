/**
 * One instance of the decoder's module, and how to talk to it: the other side of
 * `engine/hevc/src/`.
 *
 * @module
 */
import { Failed } from "../engine/failure.ts";
import type { Size } from "../engine/geometry.ts";
import type { Chroma } from "./sps.ts";

/** In the order of `enum failure`: `decoder.cc`. */
const FAILURES = [undefined, "corrupt", "memory"] as const;

/** Pictures that there may be at a time. */
export const COLOURS = 0;
export const ALPHA = 1;

export type Slot = typeof COLOURS | typeof ALPHA;

/** What the module has of memory: the stream first, and rows of each picture. */
const STREAM = 2;

/** WASI's `ENOSYS`. */
const NOT_THERE = 52;

/** A number of 32 bits with a sign. */
const MOST_NS = 2 ** 31 - 1;

/** What a picture may take, and how well it is to be made. */
export interface Allowed {
  /** In nanoseconds, for the blocks of all tiles: `engine/hevc/src/work.h`. */
  readonly workNs: number;
  /** Without the filters between blocks. */
  readonly isCoarse?: boolean;
}

/** A part of a picture, and where it goes. */
export interface Area extends Size {
  readonly top: number;
  readonly into: number;
  /** From one row to the next, in bytes. */
  readonly stride: number;
}

/** What a stream has become. */
export interface Facts {
  readonly size: Size;
  readonly chroma: Chroma;
  readonly depth: number;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  allow(work: number, isCoarse: boolean): void;
  left(): number;
  room(which: number, size: number): number;
  decode(slot: number, size: number): number;
  picture(slot: number): number;
  release(slot: number): void;
  "area_at"(): number;
  "matrix_at"(): number;
  colours(): void;
  alpha(): void;
}

/** Decodes one picture after another, up to the first that traps. */
export class Hevc {
  readonly #exports: Exports;
  #isBroken = false;

  constructor(module: WebAssembly.Module) {
    const denied = () => {
      throw new WebAssembly.RuntimeError("Cannot leave the module");
    };
    const { exports } = new WebAssembly.Instance(module, {
      env: { emscripten_notify_memory_growth: () => {} },
      // Where it would exit it is stopped; where it would print, it cannot: if it
      // could, and nothing came of it, it would try again.
      wasi_snapshot_preview1: {
        proc_exit: denied,
        fd_close: () => NOT_THERE,
        fd_seek: () => NOT_THERE,
        fd_write: () => NOT_THERE,
      },
    });
    // The types of a module are not in it; tests/heic calls all of these.
    this.#exports = exports as unknown as Exports;
    this.#exports._initialize();
  }

  /** Whether there was a trap, after which nothing is known of its memory. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** What is left of `workNs`. */
  get leftNs(): number {
    return this.#exports.left();
  }

  /** What the memory has grown to: it never shrinks. */
  get bytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** Lets go of all that the last picture has left, for another one. */
  begin({ workNs, isCoarse = false }: Allowed): void {
    this.#call(() => {
      this.#exports.allow(Math.min(Math.floor(workNs), MOST_NS), isCoarse);
      for (const slot of [COLOURS, ALPHA]) {
        this.#exports.release(slot);
        this.#exports.room(slot, 0);
      }
    });
  }

  /**
   * Decodes `stream`, as `streamOf` makes it. What was in the slot is gone.
   *
   * @throws {Failed}
   */
  decode(slot: Slot, stream: Uint8Array): Facts {
    return this.#call(() => {
      this.bytesAt(this.room(STREAM, stream.length), stream.length).set(stream);
      const failure = FAILURES[this.#exports.decode(slot, stream.length)];
      if (failure !== undefined) throw new Failed(failure);
      const numbers = new Int32Array(
        this.#exports.memory.buffer,
        this.#exports.picture(slot),
        4,
      );
      const [width = 0, height = 0, chroma, depth = 0] = numbers;
      return { size: { width, height }, chroma: chroma as Chroma, depth };
    });
  }

  /** Room for so many bytes of a slot's rows, or of a stream. */
  room(which: Slot | typeof STREAM, bytes: number): number {
    const at = this.#exports.room(which, bytes);
    if (at === 0) throw new Failed("memory");
    return at >>> 0;
  }

  /** The bytes themselves, until the memory grows. */
  bytesAt(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, at, length);
  }

  /** How colours are made from here on: see `matrixOf`. */
  setMatrix(matrix: Int32Array): void {
    const at = this.#exports.matrix_at();
    new Int32Array(this.#exports.memory.buffer, at, 12).set(matrix);
  }

  /** Puts an area of a picture where it goes: RGBA, or a byte of alpha each. */
  copy(slot: Slot, area: Area): void {
    const { top, width, height, into, stride } = area;
    const at = this.#exports.area_at();
    new Int32Array(this.#exports.memory.buffer, at, 6)
      .set([slot, top, width, height, into, stride]);
    this.#call(() => {
      if (slot === ALPHA) this.#exports.alpha();
      else this.#exports.colours();
    });
  }

  /** A trap is what a broken stream may come to: the instance is given up. */
  #call<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      // A stack that is exhausted is a RangeError.
      const isTrap = error instanceof WebAssembly.RuntimeError ||
        error instanceof RangeError;
      if (!isTrap) throw error;
      this.#isBroken = true;
      throw new Failed(this.#exports.left() < 0 ? "cost" : "corrupt");
    }
  }
}
