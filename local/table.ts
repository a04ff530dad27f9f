/**
 * Rows as a person reads them. No I/O.
 *
 * @module
 */
import { isRawNumber } from "./exact_json.ts";

/**
 * A table with a line of names, and numbers at the right.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { tableOf } from "./table.ts";
 *
 * const table = tableOf(["id", "name"], [[1, "Ada"], [10, null]]);
 *
 * strictEqual(table, "id | name\n---+-----\n 1 | Ada\n10 | NULL");
 * ```
 */
export function tableOf(
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
): string {
  const cells = rows.map((row) => row.map(textOf));
  const widths = columns.map((name, at) =>
    Math.max(...[name, ...cells.map((row) => row[at] ?? "")].map(widthOf))
  );
  const isNumeric = columns.map((_, at) =>
    rows.some((row) => row[at] !== null) &&
    rows.every((row) => row[at] === null || isNumber(row[at]))
  );
  const lineOf = (row: readonly string[]) =>
    row.map((text, at) => {
      const blanks = " ".repeat((widths[at] ?? 0) - widthOf(text));
      return isNumeric[at] ? blanks + text : text + blanks;
    }).join(" | ").trimEnd();

  const rule = widths.map((width) => "-".repeat(width)).join("-+-");
  return [lineOf(columns.map(shown)), rule, ...cells.map(lineOf)].join("\n");
}

function textOf(value: unknown): string {
  if (value === null) return "NULL";
  return shown(typeof value === "string" ? value : JSON.stringify(value));
}

/** A line break would break the table, and an escape the terminal. */
function shown(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (it) => JSON.stringify(it).slice(1, -1));
}

/** A number that JavaScript cannot hold is an object here. */
function isNumber(value: unknown): boolean {
  return typeof value === "number" || isRawNumber(value);
}

function widthOf(text: string): number {
  return [...text].length;
}
