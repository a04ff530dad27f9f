/**
 * Which vectors a query asks for, by what is said of them. No I/O.
 *
 * @module
 */
import {
  isObject,
  isPrimitive,
  type Metadata,
  type Primitive,
} from "./metadata.ts";

/** A filter that has been understood. */
export interface Filter {
  /** The names that it asks for. None if it asks for nothing. */
  readonly names: readonly string[];
  matches(metadata: Metadata): boolean;
}

/** Whether a value is good, or that there is none. */
type Test = (found: Metadata[string] | undefined) => boolean;

/**
 * The filter in the JSON of a request, or `undefined` if that is none.
 *
 * A list is good if one of its values is. What is not there is neither equal
 * nor unequal to anything, and no number is equal to a text.
 *
 * @example Recent and not a drama
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 *
 * const filter = filterOf({ genre: { $ne: "drama" }, year: { $gte: 2020 } });
 *
 * strictEqual(filter?.matches({ genre: "comedy", year: 2024 }), true);
 * strictEqual(filter?.matches({ genre: ["war", "drama"], year: 2024 }), false);
 * strictEqual(filter?.matches({ year: 2024 }), false);
 * strictEqual(filterOf({ year: { $like: 2 } }), undefined);
 * ```
 */
export function filterOf(json: unknown): Filter | undefined {
  if (!isObject(json)) return undefined;
  const entries = Object.entries(json);
  const [[operator, operand] = []] = entries;
  if (entries.length === 1 && operator === "$and") return allOf(parts(operand));
  if (entries.length === 1 && operator === "$or") return anyOf(parts(operand));
  return allOf(entries.map(([name, test]) => fieldFilter(name, test)));
}

/** `[undefined]`, which no filter is made of, for what is not a list. */
function parts(operand: unknown): (Filter | undefined)[] {
  const isList = Array.isArray(operand) && operand.length > 0;
  return isList ? operand.map(filterOf) : [undefined];
}

function allOf(all: readonly (Filter | undefined)[]): Filter | undefined {
  const whole = all.filter((it) => it !== undefined);
  return whole.length < all.length ? undefined : {
    names: whole.flatMap(({ names }) => names),
    matches: (metadata) => whole.every((it) => it.matches(metadata)),
  };
}

function anyOf(all: readonly (Filter | undefined)[]): Filter | undefined {
  const whole = all.filter((it) => it !== undefined);
  return whole.length < all.length ? undefined : {
    names: whole.flatMap(({ names }) => names),
    matches: (metadata) => whole.some((it) => it.matches(metadata)),
  };
}

function fieldFilter(name: string, json: unknown): Filter | undefined {
  if (name.startsWith("$")) return undefined;
  const conditions = isPrimitive(json) ? { $eq: json } : json;
  if (!isObject(conditions)) return undefined;
  const asked = Object.entries(conditions).map(testOf);
  const tests = asked.filter((it) => it !== undefined);
  if (tests.length === 0 || tests.length < asked.length) return undefined;
  return {
    names: [name],
    matches(metadata) {
      const found = Object.hasOwn(metadata, name) ? metadata[name] : undefined;
      return tests.every((test) => test(found));
    },
  };
}

function testOf([operator, operand]: [string, unknown]): Test | undefined {
  switch (operator) {
    case "$eq":
      return isAmong([operand]);
    case "$ne":
      return isNoneOf([operand]);
    case "$in":
      return isAmong(operand);
    case "$nin":
      return isNoneOf(operand);
    case "$gt":
      return compares(operand, (found, limit) => found > limit);
    case "$gte":
      return compares(operand, (found, limit) => found >= limit);
    case "$lt":
      return compares(operand, (found, limit) => found < limit);
    case "$lte":
      return compares(operand, (found, limit) => found <= limit);
    case "$exists":
      return typeof operand === "boolean"
        ? (found) => (found !== undefined) === operand
        : undefined;
    default:
      return undefined;
  }
}

function isAmong(operand: unknown): Test | undefined {
  if (!isChoice(operand)) return undefined;
  return (found) => valuesOf(found).some((it) => operand.includes(it));
}

function isNoneOf(operand: unknown): Test | undefined {
  if (!isChoice(operand)) return undefined;
  return (found) =>
    found !== undefined &&
    !valuesOf(found).some((it) => operand.includes(it));
}

function compares(
  limit: unknown,
  isGood: (found: number, limit: number) => boolean,
): Test | undefined {
  if (typeof limit !== "number") return undefined;
  return (found) => typeof found === "number" && isGood(found, limit);
}

function isChoice(operand: unknown): operand is readonly Primitive[] {
  return Array.isArray(operand) && operand.length > 0 &&
    operand.every(isPrimitive);
}

function valuesOf(found: Metadata[string] = []): readonly Primitive[] {
  return isPrimitive(found) ? [found] : found;
}
