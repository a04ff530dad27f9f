/**
 * Which part of an object a request asks for: RFC 9110 §14. No I/O.
 *
 * @module
 */
import { invalidRange } from "./errors.ts";

/** Bytes from `first` to `last`, counted from 0, both included. */
export interface Part {
  readonly first: number;
  readonly last: number;
}

/** One range: from and to, or the end alone. The unit has no case. */
const RANGE = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/i;

/**
 * The part of `size` bytes that a `Range` header names. Undefined where it
 * names none that we know, which RFC 9110 §14.2 has us ignore: several ranges,
 * another unit, an end before its beginning. Throws `InvalidRange` for a part
 * that begins past the end.
 */
export function partOf(header: string | null, size: number): Part | undefined {
  const [whole, from, to, suffix] = header?.trim().match(RANGE) ?? [];
  if (whole === undefined) return undefined;
  if (from === undefined) {
    const length = Math.min(Number(suffix), size);
    if (length === 0) throw invalidRange(size);
    return { first: size - length, last: size - 1 };
  }
  const first = Number(from);
  const last = to === "" ? Infinity : Number(to);
  if (last < first) return undefined;
  if (first >= size) throw invalidRange(size);
  return { first, last: Math.min(last, size - 1) };
}
