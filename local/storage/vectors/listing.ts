/**
 * What may be asked of a listing of buckets or indexes. No I/O.
 *
 * @module
 */
import * as v from "valibot";
import { integerOf, TEXT } from "./fields.ts";

/** For a schema. A token is the last name of the page before. */
export const LISTING = {
  maxResults: v.optional(integerOf(1, 500), 500),
  nextToken: v.optional(TEXT, ""),
  prefix: v.optional(TEXT, ""),
};
