/**
 * What is said of a vector, and how much may be. No I/O.
 *
 * @module
 */

/** One value. */
export type Primitive = string | number | boolean;

/** Of a vector. */
export type Metadata = Readonly<
  Record<string, Primitive | readonly Primitive[]>
>;

// Limits of S3 Vectors. Bytes are of the JSON, in UTF-8.
const MAX_KEYS = 50;
const MAX_BYTES = 40 * 1024;
const MAX_FILTERABLE_BYTES = 2048;

/** Whether `value` is an object of values and of lists of them. */
export function isMetadata(value: unknown): value is Metadata {
  return isObject(value) &&
    Object.values(value).every((it) =>
      Array.isArray(it) ? it.every(isPrimitive) : isPrimitive(it)
    );
}

/** Whether `value` may be compared. */
export function isPrimitive(value: unknown): value is Primitive {
  return typeof value === "string" || typeof value === "boolean" ||
    Number.isFinite(value);
}

/** Whether `value` has names and values. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What is too much of `metadata`, or `undefined`. Filters may ask for all of it
 * but the values of `unfilterable`, and so less of it is allowed.
 *
 * @example A long text that no filter asks for
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const metadata = { text: "x".repeat(3000) };
 *
 * strictEqual(excessOf(metadata, ["text"]), undefined);
 * strictEqual(
 *   excessOf(metadata, []),
 *   "Filterable metadata must have at most 2048 bytes",
 * );
 * ```
 */
export function excessOf(
  metadata: Metadata,
  unfilterable: readonly string[],
): string | undefined {
  const entries = Object.entries(metadata);
  if (entries.length > MAX_KEYS) {
    return `Metadata must have at most ${MAX_KEYS} keys`;
  }
  if (bytesOf(entries) > MAX_BYTES) {
    return `Total metadata must have at most ${MAX_BYTES} bytes`;
  }
  const filterable = entries.filter(([name]) => !unfilterable.includes(name));
  if (bytesOf(filterable) > MAX_FILTERABLE_BYTES) {
    return `Filterable metadata must have at most ${MAX_FILTERABLE_BYTES} bytes`;
  }
  return undefined;
}

function bytesOf(entries: readonly (readonly [string, unknown])[]): number {
  const json = JSON.stringify(Object.fromEntries(entries));
  return new TextEncoder().encode(json).length;
}
