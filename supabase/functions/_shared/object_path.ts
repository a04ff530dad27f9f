/**
 * Paths of objects in Storage that mean the same to everyone. No I/O.
 *
 * Storage clients put the path into a URL unencoded, and URL parsing collapses
 * `u1/../u2`, `%2e%2e`, tabs and backslashes. A test on the text (`startsWith`)
 * therefore looks at one path and Storage at another. So a path is built here
 * from segments, each of a few characters that every parser leaves alone.
 *
 * @module
 */
import { problem } from "./problem.ts";

const invalidPath = problem(422, "Invalid object path");

/** In bytes. Source: Amazon S3's limit for keys, which Storage stores under. */
const MAX_PATH = 1024;

/**
 * One segment: ASCII, so that no two spellings look or normalise alike, and
 * without a dot at either end, which file systems drop or hide.
 */
export const SEGMENT = /^[A-Za-z0-9_-](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9_-])?$/;

/** The same in words, for whoever has to mend one. */
export const SEGMENT_RULE =
  "Must be 1 to 255 letters, digits, '_', '-' and inner dots";

/**
 * What Storage lets objects be called: src/storage/limits.ts of
 * supabase/storage, but for `?`, which its clients take for a query.
 */
const KEY = /^[\w/!\-.*'() &$@=;:+,]{1,1024}$/;

/** The same in words, for whoever has to mend one. */
export const KEY_RULE =
  "Must be a path that Storage takes: ASCII without '?', and no empty, '.' or '..' segment";

/**
 * Whether an object that is there may be called `text`. What we name ourselves
 * is stricter: see {@linkcode objectPath}.
 *
 * @example A space is fine, a climb is not
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { isObjectKey } from "./object_path.ts";
 *
 * equal(isObjectKey("7f3c/my file (1).pdf"), true);
 * equal(isObjectKey("7f3c/../9a1b/me.png"), false);
 * ```
 */
export function isObjectKey(text: string): boolean {
  return KEY.test(text) &&
    text.split("/").every((it) => it !== "" && it !== "." && it !== "..");
}

/**
 * Joins `segments` to the path of an object.
 *
 * @throws {Problem} "Invalid object path" if a segment is not of 1 to 255
 * letters, digits, `_`, `-` and inner dots, or all are more than 1024 bytes.
 *
 * @example A name that would climb out of its folder
 * ```ts
 * import { equal, throws } from "node:assert/strict";
 * import { objectPath } from "./object_path.ts";
 *
 * equal(objectPath(["7f3c", "me.png"]), "7f3c/me.png");
 * throws(() => objectPath(["7f3c", "../9a1b/me.png"]));
 * ```
 */
export function objectPath(segments: readonly string[]): string {
  const wrong = segments.findIndex((segment) => !SEGMENT.test(segment));
  if (wrong >= 0 || segments.length === 0) {
    throw invalidPath(`Cannot use segment ${wrong + 1} of the path`);
  }
  const path = segments.join("/");
  if (path.length > MAX_PATH) {
    throw invalidPath(`Cannot use a path of more than ${MAX_PATH} bytes`);
  }
  // The proof beside the rule: what a URL parser makes of it is the same text.
  if (new URL(`http://storage/${path}`).href !== `http://storage/${path}`) {
    throw invalidPath("Cannot use a path that changes inside a URL");
  }
  return path;
}
