/**
 * What bodies have in common, with the words of the real server for what is
 * wrong with it. No I/O.
 *
 * @module
 */
import * as v from "valibot";

/** Of characters. From src/storage/protocols/vector/limits.ts. */
const MAX_KEY_LENGTH = 1024;

/** For `v.object`. */
export const AN_OBJECT = "must be object";

/** Any text, such as the name of a bucket. */
export const TEXT = v.string("must be string");

/** Text from `min` to `max` characters. */
export function textOf(
  min: number,
  max: number,
): v.GenericSchema<unknown, string> {
  return v.pipe(
    TEXT,
    v.minLength(min, `must NOT have fewer than ${min} characters`),
    v.maxLength(max, `must NOT have more than ${max} characters`),
  );
}

const INDEX_NAME_PATTERN = /^[a-z0-9](?:[a-z0-9.-]{1,61})?[a-z0-9]$/;

/** Of an index. The pattern alone would take 63 characters, or two. */
export const INDEX_NAME = v.pipe(
  textOf(3, 45),
  v.regex(
    INDEX_NAME_PATTERN,
    `must match pattern "${INDEX_NAME_PATTERN.source}"`,
  ),
);

/** Of a vector. */
export const KEY: v.GenericSchema<unknown, string> = textOf(1, MAX_KEY_LENGTH);

/** What is not wanted unless somebody says so. */
export const FLAG = v.optional(v.boolean("must be boolean"), false);

/** A list of 1 to `max` of `schema`. */
export function listOf<Item>(
  schema: v.GenericSchema<unknown, Item>,
  max: number,
): v.GenericSchema<unknown, Item[]> {
  return v.pipe(
    v.array(schema, "must be array"),
    v.minLength(1, "must NOT have fewer than 1 items"),
    v.maxLength(max, `must NOT have more than ${max} items`),
  );
}

/** An integer from `min` to `max`. */
export function integerOf(
  min: number,
  max: number,
): v.GenericSchema<unknown, number> {
  return v.pipe(
    v.number("must be integer"),
    v.integer("must be integer"),
    v.minValue(min, `must be >= ${min}`),
    v.maxValue(max, `must be <= ${max}`),
  );
}

/**
 * The components of a vector, as float32: one that is too large for that is
 * infinite then. Checked without a schema for each, of which there may be two
 * million.
 */
export const FLOATS = v.pipe(
  v.custom<readonly unknown[]>(Array.isArray, "must be array"),
  v.minLength(1, "must NOT have fewer than 1 items"),
  v.check((all) => all.every(Number.isFinite), "must have numbers alone"),
  v.transform((all) => Float32Array.from(all, Number)),
);
