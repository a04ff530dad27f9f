/**
 * Keeps an index of embedded text exactly in step with the tables that
 * `portico.watch()` has registered. The database calls it when rows have changed,
 * cron in case that call got lost, and an operator with a secret key.
 *
 *     POST /vector-index  { function } by a nudge    →  202 { run }
 *                         a database webhook's body  →  202 { run }
 *                         {} with a secret key       →  200 { run, ...Tally }
 *     GET  /vector-index  with a secret key          →  200 { sources, removing }
 *
 * @module
 */
import { STATUS_CODE } from "@std/http/status";
import * as v from "valibot";
import { secret } from "../_shared/auth.ts";
import { afterAnswer, afterwards } from "../_shared/background.ts";
import { either } from "../_shared/caller.ts";
import { asService } from "../_shared/clients.ts";
import { embedderFor } from "../_shared/embed/embedders.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { fields } from "../_shared/fields.ts";
import { answerJson } from "../_shared/json_answer.ts";
import { logWork } from "../_shared/log.ts";
import { report } from "../_shared/report.ts";
import { route, type Scope } from "../_shared/route.ts";
import { COUNTED } from "../_shared/telemetry/catalogue.ts";
import { MiB, seconds } from "../_shared/units.ts";
import { nudge } from "../_shared/webhook.ts";
import type { Bench } from "./batch.ts";
import { supabaseBucket } from "./bucket/bucket.ts";
import { supabaseLedger } from "./bucket/ledger.ts";
import { Sink } from "./bucket/sink.ts";
import { delivery, hook } from "./hook.ts";
import { BUDGET, OPERATOR, SINK } from "./policy.ts";
import { type Hint, supabaseQueue } from "./queue.ts";
import type { Tally, work as run } from "./run.ts";
import { type Status, supabaseStatus } from "./status.ts";

/** The last batch, and then the answer. */
const MARGIN_MS = seconds(30);

/** What comes of rows, by the names of a tally. */
const RESULTS = ["written", "moved", "failed", "buried"] as const;

/** The outside world of this function. */
export interface Ports {
  /** Of a run, which may outlive its answer. */
  bench(run: string): Bench;
  /** What of a run goes into Vector buckets. */
  sink(run: string): Sink;
  readonly status: Status;
  /** Tells the people who run the project. */
  alert(error: unknown, run: string): void;
  log(tally: Tally, run: string): void;
}

const input = v.union([
  fields({ function: v.optional(v.literal("vector-index")) }),
  delivery,
]);

const operator = secret("default");
const anyCaller = either(either(nudge("vector-index"), hook), operator);

export default endpoint<Ports>({
  name: "vector-index",
  settings: ["SUPABASE_SECRET_KEYS", "WEBHOOK_SECRET"],
  ports(scope: Scope) {
    const { meter } = scope;
    const patient = afterwards(scope, BUDGET.wallMs + MARGIN_MS);
    // As the service: it reads whatever is to be found, and writes the index.
    const service = asService(patient);
    const bucket = supabaseBucket(patient, SINK.callMs);
    return {
      bench: (run) => ({
        queue: supabaseQueue(service, run),
        embedder: ({ model: name, dimensions }) =>
          embedderFor({ name, dimensions }, scope),
        signal: patient.signal,
      }),
      sink: (run) => new Sink(supabaseLedger(service, run), bucket, SINK),
      status: supabaseStatus(service),
      alert: (error, requestId) =>
        report(error, { function: "vector-index", requestId }, scope),
      log: (tally, run) => {
        for (const result of RESULTS) {
          meter.count(COUNTED.indexRows, { result }, tally[result]);
        }
        logWork("vector-index", { run, ...tally }, scope);
      },
    };
  },
  routes: {
    "POST /": route({
      auth: anyCaller,
      input,
      limits: { bodyBytes: 4 * MiB, timeoutMs: BUDGET.wallMs + MARGIN_MS },

      async handle({ caller, input }, { bench, sink, alert, log }) {
        const run = crypto.randomUUID();
        const opened = bench(run);
        const outcome = await opened.queue.begin(hintOf(input));
        if (outcome !== "begun") {
          return answerJson({ outcome }, { status: STATUS_CODE.Accepted });
        }
        if (caller.kind === "service") {
          const tally = await work(opened, OPERATOR, sink(run));
          log(tally, run);
          return answerJson({ run, ...tally });
        }
        const working = work(opened, BUDGET, sink(run));
        // pg_net waits for each answer before it sends what is next.
        afterAnswer(working.then(
          (tally) => log(tally, run),
          (error) => alert(error, run),
        ));
        return answerJson({ run }, { status: STATUS_CODE.Accepted });
      },
    }),

    "GET /": route({
      auth: operator,
      input: fields({}),
      limits: { bodyBytes: 0, timeoutMs: seconds(10) },

      async handle(_call, { status }) {
        return answerJson(await status());
      },
    }),
  },
});

/** Loaded when there is some: a third of the function is to chunk texts. */
async function work(...given: Parameters<typeof run>): Promise<Tally> {
  const { work } = await import("./run.ts");
  return await work(...given);
}

/** Where to look, and whether there is anything to see. */
function hintOf(given: v.InferOutput<typeof input>): Hint | undefined {
  if (!("table" in given)) return undefined;
  const { schema, table } = given;
  return { schema, table };
}
