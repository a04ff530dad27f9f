/**
 * One instance of the engine's module, and how to talk to it: the other side of
 * `engine/src/host.h` and `engine/src/picture.h`.
 *
 * @module
 */
import type { Plan, Size } from "./geometry.ts";
import { Failed, type Failure, failureAt } from "./failure.ts";
import type { Orientation } from "./orientation.ts";
import { type Part, partsOf, type Source } from "./source.ts";

/** In the order of `enum format`. */
const FORMATS = ["jpeg", "png", "webp", "pixels"] as const;

/** What is read and written: files, and `pixels` of and for another codec. */
export type Format = typeof FORMATS[number];

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
  /** Of the animation that the result is one of: 1 of a still picture. */
  readonly frames: number;
}

/** How long it took, in milliseconds of the clock. */
export interface Timings {
  /** To decode and resize: a row is resized once it is there. */
  readonly decodeMs: number;
  readonly encodeMs: number;
}

/** What has been made. */
export interface Made {
  /** A file, or rows of red, green, blue and alpha. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly timings: Timings;
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
  decode(): void;
  encode(): void;
  spent(): number;
  stackSave(): number;
  stackRestore(at: number): void;
}

/** A module with its memory, for one picture after another. */
export class Instance {
  readonly #exports: Exports;
  readonly #stack: number;
  /** One after the other. */
  #source: readonly Part[] = [];
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #isBroken = false;

  constructor(module: WebAssembly.Module) {
    const host = {
      read: (offset: number, into: number, length: number) =>
        this.#read(offset >>> 0, into >>> 0, length >>> 0),
      write: (from: number, length: number) =>
        void this.#parts.push(this.#at(from >>> 0, length >>> 0).slice()),
      fail: (failure: number) => {
        throw new Failed(failureAt(failure));
      },
    };
    const { exports } = new WebAssembly.Instance(module, { host });
    // The types of a module are not in it; tests/engine calls all of these.
    this.#exports = exports as unknown as Exports;
    this.#stack = this.#exports.stackSave();
  }

  /** Whether there was a trap, after which nothing is known of its memory. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** What the memory has grown to: it never shrinks. */
  get bytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** What the last picture has cost so far, in the units of `Limits.cost`. */
  get spent(): number {
    return this.#exports.spent();
  }

  /** Reads the header of `source`, which `make` is about until the next one. */
  open(source: Source, limits: Limits): Header | Failure {
    const isFile = source instanceof Uint8Array;
    this.#source = partsOf(source);
    const size = this.#source.reduce((sum, { length }) => sum + length, 0);
    const at = this.#call(() =>
      this.#exports.open(
        size,
        limits.pixels,
        limits.keptBytes,
        limits.cost,
      )
    );
    if (typeof at === "string") return at;
    const header = new Int32Array(this.#exports.memory.buffer, at, 5);
    const [index = 0, width = 0, height = 0, orientation, hasAlpha] = header;
    const format = FORMATS[index] ?? "jpeg";
    // Nobody has such a file, but whoever wants to see what comes of it.
    if (isFile && format === "pixels") return "format";
    return {
      format,
      size: { width, height },
      orientation: orientation as Orientation, // exif.c gives no other
      hasAlpha: hasAlpha !== 0,
    };
  }

  /** The picture, by a plan for it as it is stored. */
  make({ part, size }: Plan, encoding: Encoding): Made | Failure {
    const { memory } = this.#exports;
    const at = this.#exports.wish();
    const { left, top, width, height } = part;
    new Float64Array(memory.buffer, at, 4).set([left, top, width, height]);
    const { quality, background, frames } = encoding;
    const format = FORMATS.indexOf(encoding.format);
    new Int32Array(memory.buffer, at + 32, 6)
      .set([size.width, size.height, format, quality, background, frames]);

    this.#parts = [];
    const start = performance.now();
    let decoded = start;
    const failure = this.#call(() => {
      this.#exports.decode();
      decoded = performance.now();
      this.#exports.encode();
    });
    const encodeMs = performance.now() - decoded;
    const parts = this.#parts;
    this.#parts = [];
    this.#source = [];
    if (failure !== undefined) return failure;
    const timings = { decodeMs: decoded - start, encodeMs };
    return { bytes: joined(parts), timings };
  }

  #call<T>(work: () => T): T | Failure {
    try {
      return work();
    } catch (error) {
      // The frames of C below are gone: their stack is given back by hand.
      this.#exports.stackRestore(this.#stack);
      if (error instanceof Failed) return error.failure;
      // A trap is WebAssembly's, and an exhausted stack is the engine's.
      const isTrap = error instanceof WebAssembly.RuntimeError ||
        error instanceof RangeError;
      if (!isTrap) throw error;
      this.#isBroken = true;
      return "trap";
    }
  }

  #at(from: number, length: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, from, length);
  }

  #read(offset: number, into: number, length: number): number {
    const to = this.#at(into, length);
    let count = 0;
    let before = 0; // bytes of the source that are in front of `part`
    for (const part of this.#source) {
      const from = offset + count - before;
      if (count === length) break;
      if (from < part.length) count += part.copy(from, to.subarray(count));
      before += part.length;
    }
    return count;
  }
}

/** Without a copy where there is one part, as of pixels. */
function joined(
  parts: readonly Uint8Array<ArrayBuffer>[],
): Uint8Array<ArrayBuffer> {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
