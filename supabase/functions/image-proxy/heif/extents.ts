/**
 * Where the bytes of an item are. No I/O.
 *
 * @module
 */
import { Refused } from "../header/refused.ts";

/** The first of a file's bytes, or all of them, and how many there are. */
export interface File {
  readonly bytes: Uint8Array;
  readonly fileBytes: number;
}

/** Bytes of the file. */
export interface Extent {
  readonly at: number;
  readonly length: number;
}

/** How many bytes there are, one part behind the other. */
export function lengthOf(place: readonly Extent[]): number {
  return place.reduce((sum, { length }) => sum + length, 0);
}

/** What there is of them, in one piece. */
export function bytesAt(
  { bytes, fileBytes }: File,
  place: readonly Extent[],
): Uint8Array {
  const [first, ...others] = place;
  if (first === undefined) throw new Refused("corrupt");
  for (const { at, length } of place) {
    if (at + length > fileBytes) throw new Refused("truncated");
  }
  if (others.length === 0) {
    return bytes.subarray(first.at, first.at + first.length);
  }
  // Parts may be the same ones, again and again.
  if (lengthOf(place) > fileBytes) throw new Refused("corrupt");
  const whole = new Uint8Array(lengthOf(place));
  let to = 0;
  for (const { at, length } of place) {
    const part = bytes.subarray(at, at + length);
    whole.set(part, to);
    to += part.length;
    if (part.length < length) break;
  }
  return whole.subarray(0, to);
}
