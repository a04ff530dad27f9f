/**
 * Gives a signed-in user a ticket to upload one file with, so that the bytes go
 * straight to storage and never through this function, and looks at what has
 * arrived before anybody else sees it.
 *
 *     POST   /signed-upload                  { bucket, … }  →  201 Ticket
 *     POST   /signed-upload/complete         { id }         →  200 Upload
 *     GET    /signed-upload/{id}                            →  200 Upload
 *     DELETE /signed-upload/{id}                            →  204: it is closed
 *     POST   /signed-upload/settle           a nudge        →  202 { run }
 *
 * @module
 */
import { STATUS_CODE } from "@std/http/status";
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { secret, user } from "../_shared/auth.ts";
import { afterAnswer, afterwards } from "../_shared/background.ts";
import { either } from "../_shared/caller.ts";
import { asCaller, asService } from "../_shared/clients.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { fields } from "../_shared/fields.ts";
import { type Get, getAsService } from "../_shared/get.ts";
import { answerJson } from "../_shared/json_answer.ts";
import { logWork } from "../_shared/log.ts";
import { supabaseObjects } from "../_shared/objects.ts";
import { rateLimitHeaders } from "../_shared/rate_limit.ts";
import { report } from "../_shared/report.ts";
import { route, type Scope } from "../_shared/route.ts";
import { type Storage, supabaseStorage } from "../_shared/storage.ts";
import type { Meter } from "../_shared/telemetry/meter.ts";
import { KiB, seconds } from "../_shared/units.ts";
import { nudge } from "../_shared/webhook.ts";
import { supabaseArrivals } from "./arrivals.ts";
import { complete } from "./complete.ts";
import { countedArrivals, countedUploads } from "./counted.ts";
import { issue } from "./issue.ts";
import { LIMIT } from "./policy.ts";
import { s3AsService, type S3Storage } from "./s3.ts";
import type { World } from "./settle.ts";
import { settleDue, type Tally } from "./settle_due.ts";
import { shown } from "./upload.ts";
import { supabaseUploads, type Uploads } from "./uploads.ts";
import { wanted, whichUpload } from "./wanted.ts";

const SETTLE = "signed-upload/settle";
const PRIVATE = { "cache-control": "private, no-store" };

/** A run's; most take a second. */
const SETTLING_MS = seconds(60);

const cronOrOperator = either(nudge(SETTLE), secret("default"));

/** The outside world of this function. */
export interface Ports extends World {
  readonly uploads: Uploads;
  readonly storage: Storage;
  readonly s3: S3Storage;
  /** The same with time of its own, for what nobody waits for. */
  patient(): World;
  /** Tells the people who run the project. */
  alert(error: unknown, run: string): void;
  /** Records what came of a run that nobody waited for. */
  log(tally: Tally, run: string): void;
}

function worldOf(service: SupabaseClient, get: Get, meter: Meter): World {
  return {
    arrivals: countedArrivals(supabaseArrivals(service), meter),
    objects: supabaseObjects(service, get),
  };
}

export default endpoint<Ports>({
  name: "signed-upload",
  settings: ["SUPABASE_SECRET_KEYS", "WEBHOOK_SECRET"],
  dependencies: ["database", "storage"],
  ports(scope: Scope) {
    const { meter } = scope;
    // As the service: who may write these rows can upload past the policy.
    const service = asService(scope);
    // As the service: nobody else may read what has arrived.
    const get = getAsService(scope);
    // As the service: to take back such a row, when time may have run out.
    const cleaner = () => asService(afterwards(scope));
    return {
      ...worldOf(service, get, meter),
      uploads: countedUploads(supabaseUploads(service, cleaner), meter),
      storage: supabaseStorage(asCaller(scope)),
      // As the service: the guard holds what comes to its ticket.
      s3: s3AsService(scope),
      patient() {
        const later = afterwards(scope, SETTLING_MS);
        // As the service: as above, with more time.
        return worldOf(asService(later), getAsService(later), meter);
      },
      alert: (error, requestId) =>
        report(error, { function: "signed-upload", requestId }, scope),
      log: (tally, run) => logWork(SETTLE, { run, ...tally }, scope),
    };
  },
  routes: {
    "POST /": route({
      auth: user,
      input: wanted,
      limits: { bodyBytes: 8 * KiB, timeoutMs: seconds(5) },

      async handle(wish, ports) {
        const { ticket, left } = await issue(wish, ports);
        return answerJson(ticket, {
          status: STATUS_CODE.Created,
          headers: { ...PRIVATE, ...rateLimitHeaders(LIMIT, left) },
        });
      },
    }),

    "POST /complete": route({
      auth: user,
      input: whichUpload,
      limits: { bodyBytes: 1 * KiB, timeoutMs: seconds(5) },

      async handle({ caller, input }, { uploads, ...world }) {
        const take = () => uploads.take(caller, input.id);
        const upload = await complete(take, world);
        return answerJson(shown(upload), { headers: PRIVATE });
      },
    }),

    "POST /settle": route({
      auth: cronOrOperator,
      input: fields({ function: v.optional(v.literal(SETTLE)) }),
      limits: { bodyBytes: 1 * KiB, timeoutMs: SETTLING_MS },

      async handle({ caller }, { patient, alert, log }) {
        const run = crypto.randomUUID();
        const tell = (error: unknown) => alert(error, run);
        const working = settleDue(patient(), tell);
        if (caller.kind === "service") {
          return answerJson({ run, ...await working });
        }
        // pg_net waits for each answer before it sends what is next.
        afterAnswer(working.then((tally) => log(tally, run), tell));
        return answerJson({ run }, { status: STATUS_CODE.Accepted });
      },
    }),

    "GET /{id}": route({
      auth: user,
      input: whichUpload,
      limits: { bodyBytes: 0, timeoutMs: seconds(5) },

      async handle({ caller, input }, { uploads }) {
        const upload = await uploads.show(caller, input.id);
        return answerJson(shown(upload), { headers: PRIVATE });
      },
    }),

    "DELETE /{id}": route({
      auth: user,
      input: whichUpload,
      limits: { bodyBytes: 0, timeoutMs: seconds(5) },

      async handle({ caller, input }, { uploads }) {
        await uploads.close(caller, input.id);
        return new Response(null, { status: STATUS_CODE.NoContent });
      },
    }),
  },
});
