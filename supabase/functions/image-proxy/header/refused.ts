/**
 * Files that are not read, and why. No I/O.
 *
 * @module
 */
import type { Unreadable } from "./header.ts";

/** Thrown where a file is read, and caught by {@linkcode orUnreadable}. */
export class Refused extends Error {
  constructor(readonly why: Unreadable) {
    super(why);
  }
}

/** It is of a kind that is not read: the sentence goes to callers. */
export function unsupported(sentence: string): Refused {
  return new Refused(`unsupported: ${sentence}`);
}

/**
 * What `read` says, or why it has refused.
 *
 * @example A file that ends too early
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { Numbers } from "./numbers.ts";
 * import { orUnreadable } from "./refused.ts";
 *
 * const file = new Numbers(Uint8Array.of(1, 2, 3), true);
 *
 * deepEqual(orUnreadable(() => file.u16(1)), 0x302);
 * deepEqual(orUnreadable(() => file.u16(2)), "truncated");
 * ```
 */
export function orUnreadable<T>(read: () => T): T | Unreadable {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) return error.why;
    throw error;
  }
}

/** The same, of who decodes: a file that is whole has nothing behind it. */
export function failureOf(why: Unreadable): "unsupported" | "unreadable" {
  const isBroken = why === "corrupt" || why === "truncated";
  return isBroken ? "unreadable" : "unsupported";
}
