/**
 * Samples as Prometheus reads them. No I/O.
 *
 * Sources: Prometheus' "Text-based format" 0.0.4, and OpenMetrics 1.0.0.
 *
 * @module
 */
import type { Metric, Sample } from "../_shared/telemetry/metric.ts";

/** One of the two formats. */
export interface Format {
  readonly type: string;
  readonly isOpenMetrics: boolean;
}

const TEXT: Format = {
  type: "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
  isOpenMetrics: false,
};

const OPEN_METRICS: Format = {
  type:
    "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
  isOpenMetrics: true,
};

/** OpenMetrics for who accepts it, and the text format for everybody else. */
export function formatFor(accept: string | null): Format {
  return accept?.includes("application/openmetrics-text") ? OPEN_METRICS : TEXT;
}

/**
 * All `samples` of metrics that are in the `catalogue`, by metric, in its order.
 *
 * @example A counter
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { counter } from "../_shared/telemetry/metric.ts";
 * import { exposition, formatFor } from "./exposition.ts";
 *
 * const cats = counter("portico_cats_total", "Cats.", ["colour"]);
 * const labels = { colour: "red" };
 * const samples = [{ metric: cats.name, labels, value: [2] }];
 * const catalogue = new Map([[cats.name, cats]]);
 * equal(
 *   exposition(samples, catalogue, formatFor(null)),
 *   "# HELP portico_cats_total Cats.\n" +
 *     "# TYPE portico_cats_total counter\n" +
 *     'portico_cats_total{colour="red"} 2\n',
 * );
 * ```
 */
export function exposition(
  samples: readonly Sample[],
  catalogue: ReadonlyMap<string, Metric>,
  { isOpenMetrics }: Format,
): string {
  const found = Map.groupBy(samples, ({ metric }) => metric);
  let text = "";
  for (const metric of catalogue.values()) {
    const own = found.get(metric.name);
    if (own === undefined) continue;
    const { name, type, help } = metric;
    // There a counter is called without what its samples end in.
    const family = isOpenMetrics ? name.replace(/_total$/, "") : name;
    text += `# HELP ${family} ${escapeHelp(help)}\n# TYPE ${family} ${type}\n`;
    for (const sample of own) text += linesOf(sample, metric);
  }
  return isOpenMetrics ? `${text}# EOF\n` : text;
}

function linesOf({ labels, value }: Sample, metric: Metric): string {
  const { name, bounds } = metric;
  const own = metric.labels.map((label) => pair(label, labels[label] ?? ""));
  if (bounds === undefined) return line(name, own, value[0] ?? 0);
  let text = "";
  let count = 0;
  for (const [at, bound] of [...bounds, Infinity].entries()) {
    count += value[at] ?? 0;
    const le = bound === Infinity ? "+Inf" : String(bound);
    text += line(`${name}_bucket`, [...own, pair("le", le)], count);
  }
  const sum = value[bounds.length + 1] ?? 0;
  return text + line(`${name}_sum`, own, sum) +
    line(`${name}_count`, own, count);
}

function line(name: string, labels: readonly string[], value: number): string {
  const among = labels.length === 0 ? "" : `{${labels.join(",")}}`;
  return `${name}${among} ${value}\n`;
}

function pair(label: string, value: string): string {
  const escaped = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')
    .replaceAll("\n", "\\n");
  return `${label}="${escaped}"`;
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
