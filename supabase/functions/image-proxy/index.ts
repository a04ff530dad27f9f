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
import { afterAnswer, afterwards } from "../_shared/background.ts";
import { anyone, bearerOf, type Message } from "../_shared/caller.ts";
import { endpoint } from "../_shared/endpoint.ts";
import { fields } from "../_shared/fields.ts";
import {
  getAsAnyone,
  getAsCaller,
  getAsService,
  sendAsService,
} from "../_shared/get.ts";
import { type ImageLinks, imageLinks } from "../_shared/image_link.ts";
import { logWork } from "../_shared/log.ts";
import { report } from "../_shared/report.ts";
import { route, type Scope } from "../_shared/route.ts";
import { KiB, seconds } from "../_shared/units.ts";
import { nudge } from "../_shared/webhook.ts";
import { Flights } from "./flights.ts";
import { Gate } from "./gate.ts";
import { asked, askedByLink } from "./input.ts";
import { LOAD, VARIANTS } from "./policy.ts";
import { show, type Shown, type Studio } from "./show.ts";
import { supabaseSources } from "./sources.ts";
import { type Garden, type Tally, tend } from "./tend.ts";
import { supabaseChanges, supabaseVariants } from "./variant_store.ts";

const TEND = "image-proxy/tend";

/** For Storage to send an object. */
const READ_MS = seconds(5);

/** A run's; most take a second. */
const TENDING_MS = seconds(60);

const LIMITS = { bodyBytes: 0, timeoutMs: LOAD.timeoutMs };

/** One for all requests: see what they are for. */
const flights = new Flights<Shown>();
const gate = new Gate(LOAD.atOnce, LOAD.waiting);

/** The outside world of this function. */
export interface Ports {
  /** Objects of public buckets. */
  readonly everybody: Studio;
  /** Objects that the caller may see. */
  readonly caller: Studio;
  /** Any object: for who holds a link to it. */
  readonly holder: Studio;
  readonly links: ImageLinks;
  /** What is kept of public objects, with time for a run. */
  garden(run: string): Garden;
  /** Records what came of a run that nobody waited for. */
  log(tally: Tally, run: string): void;
}

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
  ports(scope: Scope) {
    // Others may wait for what one has asked for: its end is not theirs.
    const own = () => afterwards(scope, READ_MS);
    const shared = { flights, gate };
    const { publicUrl } = scope.config;
    // As the service: what it keeps is everybody's, and nobody else's to write.
    const send = (it: Scope) => sendAsService(it);
    const variants = (it: Scope) =>
      supabaseVariants(getAsAnyone(it), send(it), publicUrl);
    return {
      everybody: {
        ...shared,
        viewer: "",
        sources: () => supabaseSources(getAsAnyone(own()), "public"),
        ...VARIANTS.isKept && {
          shelf: { ...VARIANTS, variants: () => variants(own()) },
        },
      },
      caller: {
        ...shared,
        viewer: scope.bearer ?? "",
        sources: () => supabaseSources(getAsCaller(own()), "caller"),
      },
      holder: {
        ...shared,
        viewer: "link",
        sources: () =>
          // As the service: the link is what allows it.
          supabaseSources(getAsService(own()), "service"),
      },
      links: imageLinks(scope.config.linkKeys),
      garden(run) {
        const later = afterwards(scope, TENDING_MS);
        return {
          variants: variants(later),
          changes: supabaseChanges(send(later)),
          sources: supabaseSources(getAsAnyone(later), "public"),
          alert: (error) =>
            report(error, { function: TEND, requestId: run }, scope.config),
        };
      },
      log: (tally, run) => logWork({ fn: TEND, run, ...tally }, scope.config),
    };
  },
  routes: {
    "GET /public/{bucket}/{path...}": route({
      auth: anyone,
      input: asked,
      limits: LIMITS,

      handle({ input, headers }, { everybody }) {
        const access = { kind: "public" } as const;
        return show({ ...input, access }, headers, everybody);
      },
    }),

    "GET /authenticated/{bucket}/{path...}": route({
      auth: tokenOf,
      input: asked,
      limits: LIMITS,

      handle({ input, headers }, { caller }) {
        const access = { kind: "caller" } as const;
        return show({ ...input, access }, headers, caller);
      },
    }),

    "GET /sign/{bucket}/{path...}": route({
      auth: anyone,
      input: askedByLink,
      limits: LIMITS,

      async handle({ input: { place, token }, headers }, { links, holder }) {
        const { options, expires } = await links.open(place, token);
        const access = { kind: "link", expires } as const;
        return await show({ place, options, access }, headers, holder);
      },
    }),

    "POST /tend": route({
      auth: nudge(TEND),
      input: fields({ function: v.literal(TEND) }),
      limits: { bodyBytes: 1 * KiB, timeoutMs: TENDING_MS },

      handle(_call, { garden, log }) {
        const run = crypto.randomUUID();
        const { alert, ...rest } = garden(run);
        const working = tend({ ...rest, alert });
        // pg_net waits for each answer before it sends what is next.
        afterAnswer(working.then((tally) => log(tally, run), alert));
        return Response.json({ run }, { status: STATUS_CODE.Accepted });
      },
    }),
  },
});
