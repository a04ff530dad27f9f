/**
 * Whether a bucket takes what a sender says it sends. No I/O.
 *
 * @module
 */
import { invalidMimeType } from "./errors.ts";

/** RFC 9110 §8.3.1: `type/subtype`, then parameters, quoted or not. */
const MEDIA_TYPE =
  /^([\w!#$&^.+-]+\/[\w!#$&^.+-]+)(\s*;\s*[^\s;=,]+=("[^"]*"|[^\s;,"]+))*\s*$/;

/** What a bucket may allow: a type, a range, or everything. */
const RANGE = /^(\*|[\w.+-]+\/(\*|[\w.+-]+)(;\s*charset=[\w-]+)?|\*\/\*)$/;

/**
 * Throws `InvalidMimeType` unless one of `allowed` covers `declared`. Parameters
 * and case do not count. Nothing allowed means everything is.
 */
export function requireAllowed(
  declared: string,
  allowed: readonly string[] | null,
): void {
  if (allowed === null || allowed.length === 0) return;
  const essence = declared.match(MEDIA_TYPE)?.[1]?.toLowerCase();
  if (
    essence !== undefined && allowed.some((range) => covers(range, essence))
  ) {
    return;
  }
  throw unsupported(declared);
}

/** Throws `InvalidMimeType` unless a bucket's list may contain `range`. */
export function requireRange(range: string): void {
  if (range.length > 1000 || !RANGE.test(range)) throw unsupported(range);
}

function covers(range: string, essence: string): boolean {
  const [wanted = ""] = range.toLowerCase().split(";");
  if (wanted === "*" || wanted === "*/*") return true;
  return wanted.endsWith("/*")
    ? essence.startsWith(wanted.slice(0, -1))
    : essence === wanted.trim();
}

function unsupported(type: string): Error {
  return invalidMimeType(`mime type ${type} is not supported`);
}
