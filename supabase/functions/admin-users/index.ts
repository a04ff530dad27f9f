/**
 * User administration that can be left in production: who may do what to whom is
 * a table, and all that is done is written down before and after.
 *
 *     POST /admin-users       { action, ... }  →  200, 201 for somebody new,
 *                                                 202 for a job
 *     POST /admin-users/erasure { confirm }    →  200 { receipt }, to anybody
 *     POST /admin-users/work  by a nudge       →  202: goes on with jobs
 *
 * @module
 */
import { STATUS_CODE } from "@std/http/status";
import * as v from "valibot";
import { afterAnswer, afterwards } from "../_shared/background.ts";
import { asService } from "../_shared/clients.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { fields } from "../_shared/fields.ts";
import { answerJson } from "../_shared/json_answer.ts";
import { logWork } from "../_shared/log.ts";
import { report } from "../_shared/report.ts";
import { route, type Scope } from "../_shared/route.ts";
import { KiB, seconds } from "../_shared/units.ts";
import { nudge } from "../_shared/webhook.ts";
import { supabaseAccounts } from "./accounts.ts";
import { actor, self } from "./actor.ts";
import { administer, type Ports as Office } from "./administer.ts";
import { supabaseBelongings } from "./belongings.ts";
import { type Shift, type Tally, work } from "./bulk.ts";
import { supabaseClients } from "./clients.ts";
import { countedLedger } from "./counted.ts";
import { supabaseDirectory } from "./directory.ts";
import { erase } from "./erasure.ts";
import { erasure, input } from "./input.ts";
import { supabaseJobs } from "./jobs.ts";
import { supabaseLedger } from "./ledger.ts";
import { supabaseNotices } from "./notices.ts";
import { BULK, LIMIT } from "./policy.ts";

const WORK = "admin-users/work";

/** The last account, and then the answer. */
const MARGIN_MS = seconds(15);

/** The outside world of this function. */
export interface Ports extends Office {
  /** Of a run, which outlives its answer. */
  shift(run: string): Shift;
  log(tally: Tally, run: string): void;
}

export default endpoint<Ports>({
  name: "admin-users",
  settings: ["SUPABASE_SECRET_KEYS", "WEBHOOK_SECRET"],
  dependencies: ["auth", "database", "storage"],
  onlyListedOrigins: true,
  ports(scope: Scope) {
    const { config, meter } = scope;
    // As the service: nobody else may see or change accounts that are not theirs.
    const service = asService(scope);
    return {
      directory: supabaseDirectory(service),
      accounts: supabaseAccounts(service),
      belongings: supabaseBelongings(service),
      canNotify: config.noticeUrl !== undefined,
      clients: supabaseClients(service),
      jobs: supabaseJobs(service),
      ledger: countedLedger(supabaseLedger(service, LIMIT), meter),
      shift(run) {
        const patient = afterwards(scope, BULK.runMs + MARGIN_MS);
        // As the service: the same, for whoever has asked for it.
        const service = asService(patient);
        return {
          jobs: supabaseJobs(service),
          accounts: supabaseAccounts(service),
          belongings: supabaseBelongings(service),
          canNotify: config.noticeUrl !== undefined,
          notices: supabaseNotices(service, patient),
          ledger: countedLedger(supabaseLedger(service, BULK.acts), meter),
          alert: (error) =>
            report(error, { function: WORK, requestId: run }, scope),
        };
      },
      log: (tally, run) => logWork(WORK, { run, ...tally }, scope),
    };
  },
  routes: {
    "POST /": route({
      auth: actor,
      input,
      limits: { bodyBytes: 64 * KiB, timeoutMs: seconds(15) },
      handle: administer,
    }),

    "POST /erasure": route({
      auth: self,
      input: erasure,
      limits: { bodyBytes: 1 * KiB, timeoutMs: seconds(15) },

      async handle(call, ports) {
        const receipt = await erase(call, ports);
        const headers = { "cache-control": "no-store" };
        return answerJson({ receipt }, { headers });
      },
    }),

    "POST /work": route({
      auth: nudge(WORK),
      input: fields({ function: v.literal(WORK) }),
      limits: { bodyBytes: 1 * KiB, timeoutMs: seconds(15) },

      handle(_call, { shift, log }) {
        const run = crypto.randomUUID();
        const opened = shift(run);
        // pg_net waits for each answer before it sends what is next.
        afterAnswer(work(opened).then((it) => log(it, run), opened.alert));
        return answerJson({ run }, { status: STATUS_CODE.Accepted });
      },
    }),
  },
});
