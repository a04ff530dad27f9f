/**
 * A file that is somewhere else, read in pieces.
 *
 * Each read is an HTTP request with a `Range`, so whoever walks a file by
 * headers of eight bytes must not make one a header; and the file may be larger
 * than the memory there is (256 MB), so it cannot be fetched at once.
 *
 * @module
 */
import { KiB, MiB } from "./units.ts";

/** The bytes of a file. */
export interface Bytes {
  readonly size: number;
  /**
   * `length` bytes from `offset`, fewer where the file ends, none past it. They
   * may be shared with others: to read, not to write.
   *
   * @throws {RangeError} If `length` is more than 4 MiB.
   */
  at(offset: number, length: number): Promise<Uint8Array>;
}

/** The first window, and each after a jump: headers are found in it. */
const SMALLEST = 64 * KiB;

/** Two of these, the old and the new one, are the most that is held at once. */
const LARGEST = 4 * MiB;

interface Window {
  readonly first: number;
  readonly bytes: Uint8Array;
}

/**
 * The bytes of a file of `size` bytes, which `read` gives in exact ranges. One
 * caller at a time, who waits for each answer.
 *
 * The first window stays, since heads are asked for again, and the latest one.
 * Whoever reads on gets windows that double, so that a file of 64 MiB takes 22
 * requests; leaving out less than the latest window was long is reading on too,
 * since a request costs more than bytes that nobody looks at.
 *
 * @throws {Error} From `at`, if `read` gives fewer or more bytes than asked.
 *
 * @example Two headers, one request
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { windowed } from "./bytes.ts";
 *
 * const ranges: [first: number, length: number][] = [];
 * const bytes = windowed(100, (first, length) => {
 *   ranges.push([first, length]);
 *   return Promise.resolve(new Uint8Array(length));
 * });
 * await bytes.at(0, 8);
 *
 * equal((await bytes.at(96, 8)).length, 4);
 * equal(ranges.join(), "0,100");
 * ```
 */
export function windowed(
  size: number,
  read: (first: number, length: number) => Promise<Uint8Array>,
): Bytes {
  let head: Window | undefined;
  let latest: Window | undefined;

  async function load(first: number, wish: number): Promise<Window> {
    const usual = latest !== undefined && continues(latest, first)
      ? Math.min(LARGEST, Math.max(SMALLEST, 2 * latest.bytes.length))
      : SMALLEST;
    const length = Math.min(size - first, Math.max(usual, wish));
    const bytes = await read(first, length);
    if (bytes.length !== length) {
      throw new Error(
        `Cannot read ${length} bytes from ${first}: ${bytes.length} came`,
      );
    }
    return { first, bytes };
  }

  return {
    size,
    async at(offset, length) {
      if (length > LARGEST) {
        throw new RangeError(
          `Cannot read more than ${LARGEST} bytes at once: ${length} are asked for`,
        );
      }
      const end = Math.min(size, offset + length);
      if (end <= offset) return new Uint8Array();
      for (const window of [head, latest]) {
        if (window !== undefined && holds(window, offset, end)) {
          return part(window, offset, end);
        }
      }
      latest = await load(offset, end - offset);
      if (offset === 0) head = headOf(latest);
      return part(latest, offset, end);
    },
  };
}

/** A copy where there is more, which the head would otherwise keep alive. */
function headOf({ first, bytes }: Window): Window {
  const isMore = bytes.length > SMALLEST;
  return { first, bytes: isMore ? bytes.slice(0, SMALLEST) : bytes };
}

function continues({ first, bytes }: Window, offset: number): boolean {
  return offset >= first && offset <= first + 2 * bytes.length;
}

function holds({ first, bytes }: Window, offset: number, end: number): boolean {
  return offset >= first && end <= first + bytes.length;
}

function part({ first, bytes }: Window, offset: number, end: number) {
  return bytes.subarray(offset - first, end - first);
}
