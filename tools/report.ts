/**
 * How benchmarks say what they saw.
 *
 * @module
 */

/** The middle of `values`; the mean of two if there is no middle one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? NaN;
  const high = sorted[Math.floor(middle)] ?? NaN;
  return (low + high) / 2;
}

/** Prints rows as a Markdown table, for `bench/README.md`. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  // deno-lint-ignore no-console -- a benchmark talks to a terminal
  const say = console.log;
  say(line(head));
  say(line(head.map(() => "---")));
  for (const row of rows) say(line(row));
}
