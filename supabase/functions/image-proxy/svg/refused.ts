/**
 * How a reader says that a file is not to be drawn. No I/O.
 *
 * @module
 */
import type { Unreadable } from "../header/header.ts";

/** Thrown by what reads a part of a file, and caught by who reads all of it. */
export class Refused extends Error {
  constructor(readonly why: Unreadable) {
    super(why);
  }
}

/** It is a drawing of a kind that is not drawn: the sentence goes to callers. */
export function unsupported(sentence: string): Refused {
  return new Refused(`unsupported: ${sentence}`);
}
