/**
 * What can be searched for.
 *
 * @module
 */
import * as v from "valibot";
import { fields } from "../_shared/fields.ts";
import { isRecord } from "../_shared/record.ts";
import {
  DEFAULT_RESULTS,
  MAX_DIMENSIONS,
  MAX_QUERY,
  MAX_RESULTS,
} from "./policy.ts";

/** By meaning, by words, or by both. */
export type Mode = "semantic" | "keyword" | "hybrid";

const source = v.pipe(
  v.string("Must be the name of a source"),
  v.regex(/^[a-z][a-z0-9_-]{0,40}$/, "Must be the name of a source"),
);

const query = v.pipe(
  v.string("Must be a text"),
  v.trim(),
  v.minLength(1, "Must not be empty"),
  v.maxLength(MAX_QUERY, `Must have at most ${MAX_QUERY} characters`),
  v.check((it) => isStorable(it), "Must have no U+0000"),
);

const number = v.pipe(
  v.number("Must be a number"),
  v.finite("Must be at most 1e308"),
);

const vector = v.pipe(
  v.array(number, "Must be a list"),
  v.minLength(1, "Must have numbers"),
  v.maxLength(MAX_DIMENSIONS, `Must have at most ${MAX_DIMENSIONS} numbers`),
  v.check((it) => it.some((one) => one !== 0), "Must not be all zeros"),
);

const NO_KEY = "Must be the key of a row";

const value = v.pipe(
  v.union([
    v.pipe(v.string(), v.maxLength(1_000, NO_KEY)),
    v.number(),
    v.boolean(),
  ], NO_KEY),
  v.check((it) => isStorable(it), NO_KEY),
);

/** `7`, `[7, "a"]` in the order of the key, or `{ id: 7 }`. */
const key = v.union(
  [
    v.pipe(value, v.transform((it) => [it])),
    v.pipe(v.array(value), v.minLength(1, NO_KEY), v.maxLength(32, NO_KEY)),
    v.pipe(v.custom(isRecord), v.record(v.string(), value)),
  ],
  NO_KEY,
);

const what = fields({
  source,
  query: v.optional(query),
  vector: v.optional(vector),
  like: v.optional(key),
  k: v.optional(
    v.pipe(
      v.number("Must be a number"),
      v.integer("Must be a whole number"),
      v.minValue(1, "Must be at least 1"),
      v.maxValue(MAX_RESULTS, `Must be at most ${MAX_RESULTS}`),
    ),
    DEFAULT_RESULTS,
  ),
  mode: v.optional(
    v.picklist(
      ["semantic", "keyword", "hybrid"],
      "Must be semantic, keyword or hybrid",
    ),
  ),
  // Which columns there are, and of what type, is for the database to say.
  filter: v.optional(
    v.pipe(
      // Not v.record(), which leaves out what is called as `constructor`.
      v.custom<Readonly<Record<string, unknown>>>(
        isRecord,
        "Must be an object",
      ),
      v.check(
        (it) => isStorable(it),
        "Must have no U+0000, and no number beyond 1e308",
      ),
    ),
    {},
  ),
  minScore: v.optional(
    v.pipe(
      v.number("Must be a number"),
      v.minValue(-1, "Must be at least -1"),
      v.maxValue(1, "Must be at most 1"),
    ),
  ),
  groupBy: v.optional(
    v.picklist(["row", "chunk"], "Must be row or chunk"),
    "row",
  ),
  highlight: v.optional(v.boolean("Must be true or false"), false),
});

/** A search, of which every part goes with the others. */
export const input = v.pipe(
  what,
  v.check(
    ({ query, vector, like }) =>
      like !== undefined
        ? query === undefined && vector === undefined
        : query !== undefined || vector !== undefined,
    "Must have a query, a vector, or a key to be like",
  ),
  v.check(
    ({ query, mode }) =>
      query !== undefined || mode === undefined || mode === "semantic",
    "Must have a query to be searched for by words",
  ),
  v.transform(({ mode, ...wish }) => {
    const usual: Mode = wish.query === undefined ? "semantic" : "hybrid";
    return { ...wish, mode: mode ?? usual };
  }),
);

/** What somebody looks for. */
export type Wish = v.InferOutput<typeof input>;

/**
 * Whether Postgres has all that is in a value: it has no U+0000, and a number that
 * JavaScript takes for infinite would reach it as null.
 */
function isStorable(value: unknown): boolean {
  if (typeof value === "string") return !value.includes("\0");
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isStorable);
  return !isRecord(value) || Object.entries(value).flat().every(isStorable);
}
