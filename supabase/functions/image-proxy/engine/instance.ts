/**
 * One instance of the engine's module, and how to talk to it: the other side of
 * `engine/src/host.h` and `engine/src/picture.h`.
 *
 * @module
 */
import type { Plan, Size } from "./geometry.ts";
import type { Orientation } from "./orientation.ts";

/** In the order of `enum format`. */
const FORMATS = ["jpeg", "png", "webp"] as const;

/** What is read and written. */
export type Format = typeof FORMATS[number];

/** In the order of `enum failure`. */
const FAILURES = [
  "format",
  "corrupt",
  "truncated",
  "pixels",
  "scans",
  "memory",
  "cost",
  "encoder",
] as const;

/**
 * Why there is no picture: the source is of no known `format`, `corrupt` or
 * `truncated`; it has too many `pixels` or `scans`, or would take too much
 * `memory` or `cost` too much time; the `encoder` failed, or there was a `trap`,
 * which are mistakes of the engine.
 */
export type Failure = typeof FAILURES[number] | "trap";

/** What a call may take. */
export interface Limits {
  /** Of the source, width × height. */
  readonly pixels: number;
  /** Bytes of what a format makes one keep before the first row is there. */
  readonly keptBytes: number;
  /** In the units of `engine/src/budget.h`, each about a nanosecond. */
  readonly cost: number;
}

/** What a file says of itself. */
export interface Header {
  readonly format: Format;
  /** As stored: before the orientation. */
  readonly size: Size;
  readonly orientation: Orientation;
  readonly hasAlpha: boolean;
}

/** How to encode. */
export interface Encoding {
  readonly format: Format;
  /** 1 to 100. PNG has none. */
  readonly quality: number;
  /** 0xRRGGBB: what is behind a picture that JPEG cannot show through. */
  readonly background: number;
}

/** Thrown by the module's `fail`, and caught where it was called. */
class Failed extends Error {
  constructor(readonly failure: Failure) {
    super(failure);
  }
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  open(
    size: number,
    maxPixels: number,
    maxKeptBytes: number,
    cost: number,
  ): number;
  wish(): number;
  make(): void;
  stackSave(): number;
  stackRestore(at: number): void;
}

/** A module with its memory, for one picture after another. */
export class Instance {
  readonly #exports: Exports;
  readonly #stack: number;
  #source: Uint8Array = new Uint8Array();
  #parts: Uint8Array[] = [];

  constructor(module: WebAssembly.Module) {
    const host = {
      read: (offset: number, into: number, length: number) =>
        this.#read(offset >>> 0, into >>> 0, length >>> 0),
      write: (from: number, length: number) =>
        void this.#parts.push(this.#at(from >>> 0, length >>> 0).slice()),
      fail: (failure: number) => {
        throw new Failed(FAILURES[failure] ?? "trap");
      },
    };
    const { exports } = new WebAssembly.Instance(module, { host });
    // The types of a module are not in it; tests/engine calls all of these.
    this.#exports = exports as unknown as Exports;
    this.#stack = this.#exports.stackSave();
  }

  /** What the memory has grown to: it never shrinks. */
  get bytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** Reads the header of `source`, which `make` is about until the next one. */
  open(source: Uint8Array, limits: Limits): Header | Failure {
    this.#source = source;
    const at = this.#call(() =>
      this.#exports.open(
        source.length,
        limits.pixels,
        limits.keptBytes,
        limits.cost,
      )
    );
    if (typeof at === "string") return at;
    const header = new Int32Array(this.#exports.memory.buffer, at, 5);
    const [format = 0, width = 0, height = 0, orientation, hasAlpha] = header;
    return {
      format: FORMATS[format] ?? "jpeg",
      size: { width, height },
      orientation: orientation as Orientation, // exif.c gives no other
      hasAlpha: hasAlpha !== 0,
    };
  }

  /** The picture, by a plan for it as it is stored. */
  make({ part, size }: Plan, encoding: Encoding): Uint8Array | Failure {
    const { memory } = this.#exports;
    const at = this.#exports.wish();
    const { left, top, width, height } = part;
    new Float64Array(memory.buffer, at, 4).set([left, top, width, height]);
    const { quality, background } = encoding;
    const format = FORMATS.indexOf(encoding.format);
    new Int32Array(memory.buffer, at + 32, 5)
      .set([size.width, size.height, format, quality, background]);

    this.#parts = [];
    const failure = this.#call(() => this.#exports.make());
    const parts = this.#parts;
    this.#parts = [];
    this.#source = new Uint8Array();
    return failure ?? joined(parts);
  }

  #call<T>(work: () => T): T | Failure {
    try {
      return work();
    } catch (error) {
      // The frames of C below are gone: their stack is given back by hand.
      this.#exports.stackRestore(this.#stack);
      if (error instanceof Failed) return error.failure;
      // A trap is WebAssembly's, and an exhausted stack is the engine's.
      if (error instanceof WebAssembly.RuntimeError) return "trap";
      if (error instanceof RangeError) return "trap";
      throw error;
    }
  }

  #at(from: number, length: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, from, length);
  }

  #read(offset: number, into: number, length: number): number {
    const part = this.#source.subarray(offset, offset + length);
    this.#at(into, part.length).set(part);
    return part.length;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
