/**
 * Accounts as a table for spreadsheets: RFC 4180. No I/O.
 *
 * @module
 */
import type { Person } from "./answers.ts";

/** Of each account, in this order. */
const COLUMNS = [
  ...["id", "email", "phone", "role", "state", "providers"] as const,
  ...["createdAt", "lastSignInAt", "invitedAt", "emailConfirmedAt"] as const,
  ...["phoneConfirmedAt", "bannedUntil", "deletedAt"] as const,
];

/** The first line. */
export const CSV_HEAD: string = line([...COLUMNS, "name"]);

/**
 * A line for each of `people`.
 *
 * @example A name that would be a formula
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { csvLine } from "./csv.ts";
 *
 * equal(csvLine(["a", "=1+1", 'b "c"', null]), `a,'=1+1,"b ""c""",\r\n`);
 * ```
 */
export function csvOf(people: readonly Person[]): string {
  return people.map((person) => {
    const { full_name: full, name } = person.userMetadata;
    const cells = COLUMNS.map((it) => {
      const value = person[it];
      return Array.isArray(value) ? value.join(" ") : value;
    });
    return csvLine([...cells, textOf(full) ?? textOf(name) ?? null]);
  }).join("");
}

/** A line of cells. Spreadsheets calculate what looks like a formula. */
export function csvLine(cells: readonly (string | null)[]): string {
  return line(cells.map((it) => {
    const text = it ?? "";
    return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  }));
}

function line(cells: readonly string[]): string {
  const quoted = cells.map((it) =>
    /[",\r\n]/.test(it) ? `"${it.replaceAll('"', '""')}"` : it
  );
  return `${quoted.join(",")}\r\n`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
