/**
 * What a file says of itself, before any decoder sees it. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import type { Orientation } from "../engine/orientation.ts";

/** What is read, as far as it is known by its first bytes. */
export const SOURCE_FORMATS = [
  ...["jpeg", "png", "webp", "avif", "heic", "gif", "svg", "bmp"] as const,
  ...["tiff", "ico"] as const,
];

export type SourceFormat = typeof SOURCE_FORMATS[number];

/** What decides what a picture costs. Sizes are as stored. */
export interface Header {
  readonly format: SourceFormat;
  readonly size: Size;
  /**
   * How often a decoder goes over all of the picture, if it must keep it: scans
   * of a JPEG, passes of an interlaced PNG. 1 if it comes row by row.
   */
  readonly passes: number;
  /** Bytes that must be kept for that, or before the first row is there. */
  readonly keptBytes: number;
  /** What a decoder takes that says so beforehand, in nanoseconds. */
  readonly decodeNs?: number;
  /** What the engine does not read, says this here. */
  readonly hasAlpha?: boolean;
  /** The same: upright unless it says otherwise. */
  readonly orientation?: Orientation;
  /** Of an animation: 2 or more, as far as they are counted. */
  readonly frames?: number;
  /** A drawing, which is as large as one likes: `size` is what it says. */
  readonly isVector?: true;
}

/** Frames that are counted at most, but for one: nothing moves that has more. */
export const MOST_FRAMES = 1_000;

/** Why a file is not even shown to a decoder. */
export type Unreadable =
  /** Of no format that is read. */
  | "unknown"
  /** Breaks the rules of its own. */
  | "corrupt"
  /** Ends before it has said what it is. */
  | "truncated"
  /** A kind of its format that is not read, and the sentence that says why. */
  | `unsupported: ${string}`;

/** Reads the header of one format, of a file that begins as it should. */
export type HeaderReader = (file: Uint8Array) => Header | Unreadable;

/** The bytes at `at` as a text of one-byte characters. */
export function ascii(file: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...file.subarray(at, at + length));
}

/** For numbers of two and more bytes. */
export function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}
