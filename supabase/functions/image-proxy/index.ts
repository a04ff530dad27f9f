/**
 * Pictures in other sizes and formats, by URL: Storage's image transformation
 * for projects that do not have it.
 *
 *     GET /image-proxy/public/{bucket}/{path}?width=640
 *     GET /image-proxy/authenticated/{bucket}/{path}?width=640
 *     GET /image-proxy/sign/{bucket}/{path}?token=…
 *
 * @module
 */
import { afterwards } from "../_shared/background.ts";
import { anyone, bearerOf, type Message } from "../_shared/caller.ts";
import { endpoint } from "../_shared/endpoint.ts";
import {
  type Get,
  getAsAnyone,
  getAsCaller,
  getAsService,
} from "../_shared/get.ts";
import { type ImageLinks, imageLinks } from "../_shared/image_link.ts";
import { route, type Scope } from "../_shared/route.ts";
import { seconds } from "../_shared/units.ts";
import { delegateFor } from "./delegates.ts";
import { Flights } from "./flights.ts";
import { Gate } from "./gate.ts";
import { asked, askedByLink } from "./input.ts";
import { type DelegateName, ENGINE, type Engine, LOAD } from "./policy.ts";
import { show, type Shown, type Studio } from "./show.ts";
import { supabaseSources, type Viewer } from "./sources.ts";

/** For Storage to send an object. */
const READ_MS = seconds(5);

/** For somebody else to make a picture. */
const MAKE_MS = seconds(8);

const LIMITS = { bodyBytes: 0, timeoutMs: LOAD.timeoutMs };

/** One for all requests: see what they are for. */
const flights = new Flights<Shown>();
const gate = new Gate(LOAD.atOnce, LOAD.waiting);
const elsewhere = new Gate(LOAD.elsewhere, LOAD.waiting);

/** The outside world of this function. */
export interface Ports {
  /** Objects of public buckets. */
  readonly everybody: Studio;
  /** Objects that the caller may see. */
  readonly caller: Studio;
  /** Any object: for who holds a link to it. */
  readonly holder: Studio;
  readonly links: ImageLinks;
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

/** Opens the outside world for pictures that `engine` makes. */
export function portsFor(scope: Scope, engine: Engine = ENGINE): Ports {
  // Others may wait for what one has asked for: its end is not theirs.
  const own = () => afterwards(scope, READ_MS);
  const shared = { flights, gate, elsewhere, engine };
  const studio = (viewer: Viewer, getAs: (scope: Scope) => Get) => ({
    ...shared,
    sources: () => supabaseSources(getAs(own()), viewer),
    delegate(name: DelegateName) {
      const late = afterwards(scope, MAKE_MS);
      return delegateFor(name, late, [getAs(late), viewer]);
    },
  });
  return {
    everybody: { ...studio("public", getAsAnyone), viewer: "" },
    caller: { ...studio("caller", getAsCaller), viewer: scope.bearer ?? "" },
    holder: {
      // As the service: the link is what allows it.
      ...studio("service", (scope) => getAsService(scope)),
      viewer: "link",
    },
    links: imageLinks(scope.config.linkKeys),
  };
}

export default endpoint<Ports>({
  name: "image-proxy",
  ports: (scope: Scope) => portsFor(scope),
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
  },
});
