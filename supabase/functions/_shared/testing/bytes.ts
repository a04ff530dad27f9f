/**
 * Files in memory, which remember what was read of them.
 *
 * @module
 */
import { type Bytes, windowed } from "../bytes.ts";

/** What is read of a file, and how. */
export interface Reading {
  readonly bytes: Bytes;
  /** Every range that was asked for, in order. */
  readonly ranges: readonly (readonly [first: number, length: number])[];
}

/** `bytes` as they are. */
export function memory(bytes: Uint8Array): Bytes {
  return {
    size: bytes.length,
    at: (offset, length) =>
      Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

/** `bytes` behind windows, as those of a file in Storage are. */
export function watched(bytes: Uint8Array): Reading {
  const ranges: [first: number, length: number][] = [];
  const read = (first: number, length: number) => {
    ranges.push([first, length]);
    return Promise.resolve(bytes.slice(first, first + length));
  };
  return { bytes: windowed(bytes.length, read), ranges };
}
