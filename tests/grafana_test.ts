/**
 * Dashboard, alerts and docs name metrics that there are, with their labels, and
 * leave none out.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import {
  CATALOGUE,
  COUNTED,
  KNOWN,
} from "../supabase/functions/_shared/telemetry/catalogue.ts";

const DOCS = new URL("../docs/", import.meta.url);

const read = (path: string) => Deno.readTextFile(new URL(path, DOCS));

/** A metric in PromQL, and the labels that it is chosen by. */
interface Named {
  readonly name: string;
  readonly labels: readonly string[];
}

function namedIn(text: string): Named[] {
  const found = text.matchAll(/\b(portico_[a-z_]+)(?:\{([^}]*)\})?/g);
  return Array.from(found, ([, name = "", choice = ""]) => ({
    name: name.replace(
      /_(?:bucket|sum|count)$/,
      (end) => CATALOGUE.has(name.slice(0, -end.length)) ? "" : end,
    ),
    labels: Array.from(
      choice.matchAll(/(\w+)\s*(?:=|!)/g),
      ([, it = ""]) => it,
    ),
  }));
}

function assertThere(named: readonly Named[]): void {
  ok(named.length > 0);
  for (const { name, labels } of named) {
    const metric = CATALOGUE.get(name);
    ok(metric, `There is no ${name}`);
    for (const label of labels) {
      ok(metric.labels.includes(label), `${name} has no ${label}`);
    }
  }
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: Readonly<Record<"h" | "w" | "x" | "y", number>>;
  readonly targets?: readonly { readonly expr: string }[];
}

Deno.test("the dashboard shows every metric, and none that there is not", async () => {
  const text = await read("grafana/dashboard.json");
  const { panels }: { panels: Panel[] } = JSON.parse(text);
  const exprs = panels.flatMap(({ targets = [] }) => targets);
  const named = exprs.flatMap(({ expr }) => namedIn(expr));

  assertThere(named);
  deepStrictEqual(
    [...new Set(named.map(({ name }) => name))].sort(),
    [...CATALOGUE.keys()].sort(),
  );
});

Deno.test("no panel of the dashboard lies on another", async () => {
  const { panels }: { panels: Panel[] } = JSON.parse(
    await read("grafana/dashboard.json"),
  );
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from(
      { length: w * h },
      (_, n) => `${x + n % w} ${y + (n - n % w) / w}`,
    )
  );

  deepStrictEqual(new Set(panels.map(({ id }) => id)).size, panels.length);
  deepStrictEqual(new Set(cells).size, cells.length);
});

Deno.test("alerts are on metrics that there are", async () => {
  const text = await read("grafana/alerts.yml");

  assertThere(namedIn(text.replaceAll(/^ *description:[^]*?(?=\n\n|$)/gm, "")));
});

Deno.test("docs/metrics.md has a row for each metric, with its labels and help", async () => {
  const text = await read("metrics.md");
  const rows = text.matchAll(/^\| `(portico_\w+)` *\|([^|]*)\|([^|]*)\|$/gm);

  deepStrictEqual(
    Array.from(rows, ([, name, labels = "", help = ""]) => [
      ...[name, labels.replaceAll("`", "").trim(), help.trim()],
    ]),
    [COUNTED, KNOWN].flatMap((part) => Object.values(part)).map((metric) => [
      ...[metric.name, metric.labels.join(", "), metric.help],
    ]),
  );
});
