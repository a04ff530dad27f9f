/**
 * What another server answers, with a bound: it may be broken, or not the one
 * that was asked.
 *
 * @module
 */
import { Scratch } from "./scratch.ts";
import { KiB } from "./units.ts";

/** In bytes: where an answer does not say how long it is. */
const USUAL = 64 * KiB;

/** How a body is read. */
export interface Reading {
  /** The body is good until it is used again. */
  readonly scratch?: Scratch;
  /** Throws where the first bytes are enough to refuse the rest. */
  check?(start: Uint8Array): void;
}

/**
 * A body of at most `max` bytes, and no more of it than that in memory;
 * `undefined` for a longer one.
 */
export async function bodyUpTo(
  { body, headers }: Response,
  max: number,
  { scratch = new Scratch(), check }: Reading = {},
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const said = Number(headers.get("content-length") ?? USUAL);
  const first = Number.isSafeInteger(said) ? said : USUAL;
  let whole = scratch.atLeast(Math.min(Math.max(first, 0), max));
  let length = 0;
  for await (const chunk of body ?? []) {
    if (length === 0) check?.(chunk);
    const end = length + chunk.length;
    if (end > max) return undefined;
    if (end > whole.length) {
      const former = whole.subarray(0, length);
      whole = scratch.atLeast(Math.min(max, Math.max(end, 2 * length)));
      whole.set(former);
    }
    whole.set(chunk, length);
    length = end;
  }
  return whole.subarray(0, length);
}
