/**
 * Pictures in other sizes and formats, by URL: Storage's image transformation
 * for projects that do not have it.
 *
 *     GET  /image-proxy/public/{bucket}/{path}?width=640
 *     GET  /image-proxy/authenticated/{bucket}/{path}?width=640
 *     GET  /image-proxy/sign/{bucket}/{path}?token=…
 *     POST /image-proxy/tend    a nudge  →  202 { run }
 *
 * @module
 */
import { STATUS_CODE } from "@std/http/status";
import * as v from "valibot";
import { afterAnswer } from "../_shared/background.ts";
import { anyone, bearerOf, type Message } from "../_shared/caller.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { fields } from "../_shared/fields.ts";
import { answerJson } from "../_shared/json_answer.ts";
import { route, type Scope } from "../_shared/route.ts";
import { KiB } from "../_shared/units.ts";
import { nudge } from "../_shared/webhook.ts";
import { asked, askedByLink } from "./input.ts";
import { LOAD } from "./policy.ts";
import { show } from "./show.ts";
import { tend } from "./tend.ts";
import { type Ports, portsFor, TEND, TENDING_MS } from "./world.ts";

const LIMITS = { bodyBytes: 0, timeoutMs: LOAD.timeoutMs };

/**
 * Requires a token. Storage verifies it, as it has to decide what the token is
 * good for; what reads tokens here is as large as all the rest.
 */
function tokenOf({ request }: Message): string | undefined {
  const token = bearerOf(request);
  // Before anybody has signed in, supabase-js sends the project's key here.
  return token?.startsWith("sb_") ? undefined : token;
}

export default endpoint<Ports>({
  name: "image-proxy",
  settings: ["PORTICO_LINK_KEYS", "SUPABASE_SECRET_KEYS", "WEBHOOK_SECRET"],
  dependencies: ["database", "storage"],
  ports: (scope: Scope) => portsFor(scope),
  routes: {
    "GET /public/{bucket}/{path...}": route({
      auth: anyone,
      input: asked,
      limits: LIMITS,

      handle({ input, ...call }, { everybody }) {
        const access = { kind: "public" } as const;
        return show({ ...input, access }, call, everybody);
      },
    }),

    "GET /authenticated/{bucket}/{path...}": route({
      auth: tokenOf,
      input: asked,
      limits: LIMITS,

      handle({ input, ...call }, { caller }) {
        const access = { kind: "caller" } as const;
        return show({ ...input, access }, call, caller);
      },
    }),

    "GET /sign/{bucket}/{path...}": route({
      auth: anyone,
      input: askedByLink,
      limits: LIMITS,

      async handle({ input, ...call }, { links, holder }) {
        const { place, token } = input;
        const { options, expires } = await links.open(place, token);
        const access = { kind: "link", expires } as const;
        return await show({ place, options, access }, call, holder);
      },
    }),

    "POST /tend": route({
      auth: nudge(TEND),
      input: fields({ function: v.literal(TEND) }),
      limits: { bodyBytes: 1 * KiB, timeoutMs: TENDING_MS },

      handle(_call, { garden, log }) {
        const run = crypto.randomUUID();
        const opened = garden(run);
        const working = tend(opened);
        // pg_net waits for each answer before it sends what is next.
        afterAnswer(working.then((tally) => log(tally, run), opened.alert));
        return answerJson({ run }, { status: STATUS_CODE.Accepted });
      },
    }),
  },
});
