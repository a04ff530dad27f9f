/**
 * How many tests passed and how many failed, from the report of `deno test`.
 *
 * @module
 */

/** Of tests and their steps. What was ignored is in neither. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** Reads what `deno test --junit-path` has written. "" is a report of nothing. */
export function countOf(report: string): Count {
  // The totals are attributes of the first element.
  const [totals = ""] = report.match(/<testsuites [^>]*>/) ?? [];
  const total = (name: string) =>
    Number(totals.match(new RegExp(`\\b${name}="(\\d+)"`))?.[1] ?? 0);
  // `tests` has the ignored ones too. What tests print is escaped.
  const ignored = report.split("<skipped/>").length - 1;
  const failed = total("failures") + total("errors");
  return { passed: total("tests") - ignored - failed, failed };
}
