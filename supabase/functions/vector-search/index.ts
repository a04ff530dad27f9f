/**
 * Searches tables by meaning, by words and by both, and finds what the caller may
 * see: row-level security of the table decides.
 *
 *     POST /vector-search          { source, query | vector | like, ... }
 *                                  →  200 { mode, index, results }
 *     GET  /vector-search/sources  →  200 { sources }: what the caller may search
 *
 * @module
 */
import { user } from "../_shared/auth.ts";
import { asCaller } from "../_shared/clients.ts";
import { embedderFor } from "../_shared/embed/embedders.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { fields } from "../_shared/fields.ts";
import { answerJson } from "../_shared/json_answer.ts";
import { rateLimitHeaders } from "../_shared/rate_limit.ts";
import { route, type Scope } from "../_shared/route.ts";
import { COUNTED } from "../_shared/telemetry/catalogue.ts";
import { KiB, seconds } from "../_shared/units.ts";
import { htmlOf } from "./highlight.ts";
import { input } from "./input.ts";
import { generations, queries } from "./memory.ts";
import { LIMIT } from "./policy.ts";
import { type Library, search } from "./search.ts";
import { type Result, supabaseSources } from "./sources.ts";

export default endpoint<Library>({
  name: "vector-search",
  ports: (scope: Scope) => ({
    sources: supabaseSources(asCaller(scope)),
    embedder: ({ model: name, dimensions }) =>
      embedderFor({ name, dimensions }, scope),
    generations,
    queries,
    signal: scope.signal,
  }),
  routes: {
    "POST /": route({
      auth: user,
      input,
      limits: { bodyBytes: 128 * KiB, timeoutMs: seconds(15) },

      async handle({ input, meter }, library) {
        const answer = await search(input, library);
        meter.count(COUNTED.searches, { mode: answer.mode });
        const { mode, generation, model, staleness, results, left } = answer;
        const index = { generation, model, ...staleness };
        return answerJson({ mode, index, results: results.map(shown) }, {
          headers: {
            ...left && rateLimitHeaders(LIMIT, left),
            "cache-control": "no-store",
          },
        });
      },
    }),

    "GET /sources": route({
      auth: user,
      input: fields({}),
      limits: { bodyBytes: 0, timeoutMs: seconds(10) },

      async handle(_call, { sources }) {
        const headers = { "cache-control": "no-store" };
        return answerJson({ sources: await sources.list() }, { headers });
      },
    }),
  },
});

function shown({ highlight, ...result }: Result): Result {
  if (highlight === undefined) return result;
  return { ...result, highlight: htmlOf(highlight) };
}
