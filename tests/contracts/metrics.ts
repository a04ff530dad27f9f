/**
 * What `metrics` promises over HTTP.
 *
 * @module
 */
import { match, ok, strictEqual } from "node:assert/strict";
import { assertProblem } from "../../supabase/functions/_shared/testing/assert.ts";
import { METRICS_TOKEN } from "../deployed/hosted.ts";
import { type Contract, isThere, type Place } from "./contract.ts";

/** Somebody who has the token. */
const SCRAPER = { authorization: `Basic ${btoa(`metrics:${METRICS_TOKEN}`)}` };

function scrape(
  place: Place,
  headers: Readonly<Record<string, string>> = SCRAPER,
): Promise<Response> {
  return place.call("", { headers });
}

/** As many sets of labels as a project of eight functions in ten regions has. */
async function fill({ world }: Place): Promise<void> {
  await world.rows(
    `insert into portico.metric_totals (metric, labels, value)
     select 'portico_http_requests_total', jsonb_build_object('function', f::text,
       'method', 'GET', 'status', (200 + s)::text, 'region', r::text), '{1}'
     from generate_series(1, 8) as f, generate_series(1, 25) as s,
       generate_series(1, 10) as r
     on conflict do nothing`,
  );
}

export const contract: Contract = {
  clauses: [
    isThere("metrics"),
    {
      name: "metrics says nothing to strangers",
      async run(place) {
        const { publishable, secret } = place.world.stack.keys;

        for (
          const headers of [{}, { apikey: publishable }, { apikey: secret }]
        ) {
          const response = await scrape(place, headers);
          await assertProblem(response, { status: 401 });
        }
      },
    },
    {
      name: "metrics says what the database knows, as text",
      async run(place) {
        const response = await scrape(place);

        strictEqual(response.status, 200);
        const text = await response.text();
        match(text, /^# TYPE portico_image_changes gauge$/m);
        match(text, /^portico_image_changes 0$/m);
        ok(text.endsWith("\n"));
      },
    },
    {
      name: "metrics reports what has happened of late",
      async run(place) {
        const path = "/reports/executions?range=10m";

        const response = await place.call(path, { headers: SCRAPER });

        const { unit, rows } = await response.json();
        strictEqual(unit, "1 minute");
        ok(Array.isArray(rows));
      },
    },
  ],
  costly: [{
    name: "2,000 sets of labels",
    status: 200,
    async prepare(place) {
      await fill(place);
      return () => scrape(place);
    },
  }],
  failing: {
    prepare: (place) => Promise.resolve(() => scrape(place)),
  },
};
