import { strictEqual } from "node:assert/strict";
import { counter, gauge, histogram } from "../_shared/telemetry/metric.ts";
import { exposition, formatFor } from "./exposition.ts";

const CATS = counter("portico_cats_total", "Cats \\ of\nany kind.", ["name"]);
const AGE = gauge("portico_age_seconds", "Age.", []);
const NAPS = histogram("portico_naps_seconds", "Naps.", {
  labels: ["room"],
  bounds: [0.5, 10],
});
const CATALOGUE = new Map([CATS, AGE, NAPS].map((it) => [it.name, it]));

const SAMPLES = [
  {
    metric: NAPS.name,
    labels: { room: "a" },
    value: [2, 0, 1, 20.5],
  },
  { metric: AGE.name, labels: {}, value: [1e21] },
  { metric: CATS.name, labels: { name: 'a "b" \\\n' }, value: [3] },
  { metric: "portico_of_a_later_version_total", labels: {}, value: [1] },
];

/** Source: Prometheus' "Text-based format". */
const TEXT = String.raw`# HELP portico_cats_total Cats \\ of\nany kind.
# TYPE portico_cats_total counter
portico_cats_total{name="a \"b\" \\\n"} 3
# HELP portico_age_seconds Age.
# TYPE portico_age_seconds gauge
portico_age_seconds 1e+21
# HELP portico_naps_seconds Naps.
# TYPE portico_naps_seconds histogram
portico_naps_seconds_bucket{room="a",le="0.5"} 2
portico_naps_seconds_bucket{room="a",le="10"} 2
portico_naps_seconds_bucket{room="a",le="+Inf"} 3
portico_naps_seconds_sum{room="a"} 20.5
portico_naps_seconds_count{room="a"} 3
`;

Deno.test("exposition() is what Prometheus reads", () => {
  strictEqual(exposition(SAMPLES, CATALOGUE, formatFor(null)), TEXT);
});

Deno.test("exposition() is OpenMetrics for who accepts that", () => {
  const accept = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5";

  const text = exposition(SAMPLES, CATALOGUE, formatFor(accept));

  const expected = TEXT.replace("HELP portico_cats_total", "HELP portico_cats")
    .replace("TYPE portico_cats_total", "TYPE portico_cats");
  strictEqual(text, `${expected}# EOF\n`);
});

Deno.test("exposition() of nothing is nothing", () => {
  strictEqual(exposition([], CATALOGUE, formatFor("text/plain")), "");
});
