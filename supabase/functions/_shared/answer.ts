/**
 * What another server answers, with a bound: it may be broken, or not the one
 * that was asked.
 *
 * @module
 */
import { KiB } from "./units.ts";

/** In bytes: where an answer does not say how long it is. */
const USUAL = 64 * KiB;

/**
 * A body of at most `max` bytes, once in memory if it is as long as it says, and
 * no more of it than that; `undefined` for a longer one.
 */
export async function bodyUpTo(
  { body, headers }: Response,
  max: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const said = Number(headers.get("content-length") ?? USUAL);
  const first = Number.isSafeInteger(said)
    ? Math.min(Math.max(said, 0), max)
    : USUAL;
  let whole = new Uint8Array(first);
  let length = 0;
  for await (const chunk of body ?? []) {
    const end = length + chunk.length;
    if (end > max) return undefined;
    if (end > whole.length) {
      const larger = new Uint8Array(Math.min(max, Math.max(end, 2 * length)));
      larger.set(whole.subarray(0, length));
      whole = larger;
    }
    whole.set(chunk, length);
    length = end;
  }
  return length === whole.length ? whole : whole.slice(0, length);
}
