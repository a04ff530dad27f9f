/**
 * Gives a signed-in user a URL to upload one file to, so that the bytes go
 * straight to storage and never through this function.
 *
 *     POST   /signed-upload  { bucket, name, type, bytes }  →  201 Ticket
 *     GET    /signed-upload/{id}                            →  200 Upload
 *     DELETE /signed-upload/{id}                            →  204: not needed
 *
 * @module
 */
import { STATUS_CODE } from "@std/http/status";
import * as v from "valibot";
import { user } from "../_shared/auth.ts";
import { afterwards, asCaller, asService } from "../_shared/clients.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { fields } from "../_shared/fields.ts";
import { SEGMENT, SEGMENT_RULE } from "../_shared/object_path.ts";
import { rateLimitHeaders } from "../_shared/rate_limit.ts";
import { route, type Scope } from "../_shared/route.ts";
import { type Storage, supabaseStorage } from "../_shared/storage.ts";
import { KiB, seconds } from "../_shared/units.ts";
import { BUCKET_NAMES, LIMIT, MEDIA_TYPE, planUpload } from "./policy.ts";
import { ticketOf } from "./ticket.ts";
import { supabaseUploads, type Uploads } from "./uploads.ts";

const WHOLE_BYTES = "Must be a whole number of bytes, at least 1";

/** The outside world of this function. */
export interface Ports {
  readonly uploads: Uploads;
  readonly storage: Storage;
}

const input = fields({
  bucket: v.picklist(BUCKET_NAMES, `Must be one of ${BUCKET_NAMES.join(", ")}`),
  name: v.pipe(v.string("Must be text"), v.regex(SEGMENT, SEGMENT_RULE)),
  type: v.pipe(
    v.string("Must be text"),
    v.toLowerCase(),
    v.regex(MEDIA_TYPE, "Must be a media type without parameters"),
  ),
  bytes: v.pipe(
    v.number(WHOLE_BYTES),
    v.check((n) => Number.isSafeInteger(n) && n >= 1, WHOLE_BYTES),
  ),
});

const one = fields({
  id: v.pipe(v.string(), v.toLowerCase(), v.uuid("Must be a UUID")),
});

export default endpoint<Ports>({
  name: "signed-upload",
  ports(scope: Scope) {
    // As the service: who may write these rows can upload past the policy.
    const service = asService(scope);
    // As the service: to take back such a row, when time may have run out.
    const cleaner = () => asService(afterwards(scope));
    return {
      uploads: supabaseUploads(service, cleaner),
      storage: supabaseStorage(asCaller(scope)),
    };
  },
  routes: {
    "POST /": route({
      auth: user,
      input,
      limits: { bodyBytes: 4 * KiB, timeoutMs: seconds(5) },

      async handle({ caller, input, once }, { uploads, storage }) {
        const plan = planUpload(caller.id, input);
        const upload = await uploads.open({ caller, plan, once });
        const signed = await storage.signUpload(plan.bucket, plan.path)
          .catch((error) => uploads.takeBack(upload, error));
        return Response.json(ticketOf(upload.id, plan, signed), {
          status: STATUS_CODE.Created,
          headers: rateLimitHeaders(LIMIT, upload.quota),
        });
      },
    }),

    "GET /{id}": route({
      auth: user,
      input: one,
      limits: { bodyBytes: 0, timeoutMs: seconds(5) },

      async handle({ caller, input }, { uploads }) {
        return Response.json(await uploads.show(caller, input.id), {
          headers: { "cache-control": "private, no-store" },
        });
      },
    }),

    "DELETE /{id}": route({
      auth: user,
      input: one,
      limits: { bodyBytes: 0, timeoutMs: seconds(5) },

      async handle({ caller, input }, { uploads }) {
        await uploads.close(caller, input.id);
        return new Response(null, { status: STATUS_CODE.NoContent });
      },
    }),
  },
});
