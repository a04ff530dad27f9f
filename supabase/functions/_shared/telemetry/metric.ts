/**
 * What a metric is, as Prometheus has it. No I/O.
 *
 * @module
 */

/** Something that is counted, observed or read. */
export interface Metric<Label extends string = string> {
  /** With its unit, and `_total` if it is a counter. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly Label[];
  /** Of a histogram: its upper bounds without the last, which is infinite. */
  readonly bounds?: readonly number[];
}

/** Numbers that belong to one set of labels. */
export interface Sample {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Of a counter or gauge one. Of a histogram how many were within each bound
   * and above the one before, how many above the last, and the sum of all.
   */
  readonly value: readonly number[];
}

export function counter<Label extends string>(
  name: `portico_${string}_total`,
  help: string,
  labels: readonly Label[],
): Metric<Label> {
  return { name, type: "counter", help, labels };
}

export function gauge<Label extends string>(
  name: `portico_${string}`,
  help: string,
  labels: readonly Label[],
): Metric<Label> {
  return { name, type: "gauge", help, labels };
}

export function histogram<Label extends string>(
  name: `portico_${string}_seconds`,
  help: string,
  { labels, bounds }: {
    readonly labels: readonly Label[];
    readonly bounds: readonly number[];
  },
): Metric<Label> & { readonly bounds: readonly number[] } {
  return { name, type: "histogram", help, labels, bounds };
}
