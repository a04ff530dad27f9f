/**
 * Inputs as objects of known fields, with refusals that say how to mend them.
 *
 * @module
 */
import * as v from "valibot";

/**
 * An object of exactly these fields.
 *
 * @example What is missing and what is too much
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import * as v from "valibot";
 * import { fields } from "./fields.ts";
 *
 * const { issues = [] } = v.safeParse(fields({ a: v.number() }), { b: 1 });
 * deepEqual(issues.map(({ message }) => message), [
 *   "Must be given",
 *   "Is not a field of this request",
 * ]);
 * ```
 */
export function fields<Entries extends v.ObjectEntries>(
  entries: Entries,
): v.StrictObjectSchema<Entries, typeof explain> {
  return v.strictObject(entries, explain);
}

function explain({ expected }: v.StrictObjectIssue): string {
  if (expected === "never") return "Is not a field of this request";
  return expected === "Object" ? "Must be an object" : "Must be given";
}
