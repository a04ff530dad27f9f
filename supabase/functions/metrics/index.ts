/**
 * What all functions count and the database knows, for Prometheus; and what has
 * happened of late, as reports. Off until `PORTICO_METRICS_TOKEN` is set, which
 * reads this and nothing else.
 *
 *     GET /metrics                           →  200 the text format of Prometheus
 *     GET /metrics/reports/{report}?range=   →  200 { range, unit, rows }
 *
 * @module
 */
import { endpoint } from "../_shared/endpoint.ts";
import { sendAsService } from "../_shared/get.ts";
import { answerJson } from "../_shared/json_answer.ts";
import { route, type Scope } from "../_shared/route.ts";
import { CATALOGUE } from "../_shared/telemetry/catalogue.ts";
import { fields } from "../_shared/fields.ts";
import { seconds } from "../_shared/units.ts";
import { exposition, formatFor } from "./exposition.ts";
import { RANGES, wanted } from "./report.ts";
import { scraper } from "./scraper.ts";
import { type Store, supabaseStore } from "./store.ts";

const LIMITS = { bodyBytes: 0, timeoutMs: seconds(10) };

const UNCACHED = { "cache-control": "no-store" };

export default endpoint<Store>({
  name: "metrics",
  settings: ["PORTICO_METRICS_TOKEN", "SUPABASE_SECRET_KEYS"],
  // As the service: the counters are nobody's to read but the project's.
  ports: (scope: Scope) => supabaseStore(sendAsService(scope)),
  routes: {
    "GET /": route({
      auth: scraper,
      input: fields({}),
      limits: LIMITS,

      async handle({ headers }, store) {
        const format = formatFor(headers.get("accept"));
        const text = exposition(await store.samples(), CATALOGUE, format);
        const body = new TextEncoder().encode(text);
        return new Response(body, {
          headers: {
            ...UNCACHED,
            "content-type": format.type,
            "content-length": String(body.byteLength),
            "vary": "Accept",
          },
        });
      },
    }),

    "GET /reports/{report}": route({
      auth: scraper,
      input: wanted,
      limits: LIMITS,

      async handle({ input: { report, range } }, store) {
        const { span, unit } = RANGES[range];
        const rows = await store.report({ report, span, unit });
        return answerJson({ range, unit, rows }, { headers: UNCACHED });
      },
    }),
  },
});
