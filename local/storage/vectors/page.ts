/**
 * Pages of a listing. No I/O.
 *
 * @module
 */

/** What is shown, and where the next page begins if there is one. */
export interface Page<Row> {
  readonly shown: readonly Row[];
  readonly next: Row | undefined;
}

/**
 * The page in `rows`, of which there is one more than the `size` of it if there
 * is another page.
 *
 * @example Two of three
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const { shown, next } = pageOf(["a", "b", "c"], 2);
 *
 * deepStrictEqual([shown, next], [["a", "b"], "b"]);
 * deepStrictEqual(pageOf(["a", "b"], 2).next, undefined);
 * ```
 */
export function pageOf<Row>(rows: readonly Row[], size: number): Page<Row> {
  const shown = rows.slice(0, size);
  return { shown, next: rows.length > size ? shown.at(-1) : undefined };
}
