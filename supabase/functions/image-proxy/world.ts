/**
 * The outside world of `image-proxy`: who sees what, and who makes it.
 *
 * @module
 */
import { afterwards } from "../_shared/background.ts";
import {
  type Get,
  getAsAnyone,
  getAsCaller,
  getAsService,
  sendAsService,
} from "../_shared/get.ts";
import { type ImageLinks, imageLinks } from "../_shared/image_link.ts";
import { logWork } from "../_shared/log.ts";
import { report } from "../_shared/report.ts";
import type { Scope } from "../_shared/route.ts";
import { Scratch } from "../_shared/scratch.ts";
import { seconds } from "../_shared/units.ts";
import { delegateFor } from "./delegates.ts";
import { Flights } from "./flights.ts";
import { Gate, seats } from "./gate.ts";
import {
  type DelegateName,
  ENGINE,
  type Engine,
  LOAD,
  VARIANTS,
} from "./policy.ts";
import type { Shown, Studio } from "./request.ts";
import { supabaseSources, type Viewer } from "./sources.ts";
import type { Garden, Tally } from "./tend.ts";
import {
  supabaseChanges,
  supabaseVariants,
  type Variants,
} from "./variant_store.ts";

/** What the database nudges, and what its runs are called. */
export const TEND = "image-proxy/tend";

/** For Storage to send an object. */
const READ_MS = seconds(5);

/** For somebody else to make a picture. */
const MAKE_MS = seconds(8);

/** For a run; most take a second. */
export const TENDING_MS = seconds(60);

/** One for all requests: see what they are for. */
const flights = new Flights<Shown>();
const scratches = Array.from({ length: LOAD.atOnce }, () => new Scratch());
const gate = new Gate(scratches, LOAD.waiting);
const elsewhere = new Gate(seats(LOAD.elsewhere), LOAD.waiting);

/** The outside world of this function. */
export interface Ports {
  /** Objects of public buckets. */
  readonly everybody: Studio;
  /** Objects that the caller may see. */
  readonly caller: Studio;
  /** Any object: for who holds a link to it. */
  readonly holder: Studio;
  readonly links: ImageLinks;
  /** What is kept of public objects, for the run of this id. */
  garden(run: string): Garden;
  /** Records what came of a run that nobody waited for. */
  log(tally: Tally, run: string): void;
}

/** Opens the outside world, for pictures that `engine` makes. */
export function portsFor(scope: Scope, engine: Engine = ENGINE): Ports {
  const { config } = scope;
  const everybody: Studio = {
    ...studioFor(scope, engine, ["public", getAsAnyone]),
    ...VARIANTS.isKept && { shelf: shelfFor(scope) },
    viewer: "",
  };
  return {
    everybody,
    caller: {
      ...studioFor(scope, engine, ["caller", getAsCaller]),
      viewer: scope.bearer ?? "",
    },
    holder: {
      // As the service: the link is what allows it.
      ...studioFor(scope, engine, ["service", (it) => getAsService(it)]),
      viewer: "link",
    },
    links: imageLinks(config.linkKeys),
    garden: (run) => {
      const later = afterwards(scope, TENDING_MS);
      return {
        studio: everybody,
        variants: variantsFor(later),
        // As the service: the changes are nobody's, and the pictures everybody's.
        changes: supabaseChanges(sendAsService(later)),
        alert: (error) =>
          report(error, { function: TEND, requestId: run }, scope),
      };
    },
    log: (tally, run) => logWork(TEND, { run, ...tally }, scope),
  };
}

/** Others may wait for what one has asked for: its end is not theirs. */
function studioFor(
  scope: Scope,
  engine: Engine,
  [viewer, getAs]: readonly [Viewer, (scope: Scope) => Get],
): Omit<Studio, "viewer"> {
  return {
    engine,
    flights,
    gate,
    elsewhere,
    sources: () => supabaseSources(getAs(afterwards(scope, READ_MS)), viewer),
    delegate(name: DelegateName) {
      const late = afterwards(scope, MAKE_MS);
      return delegateFor(name, late, [getAs(late), viewer]);
    },
  };
}

function shelfFor(scope: Scope) {
  const variants = () => variantsFor(afterwards(scope, READ_MS));
  return { ...VARIANTS, variants };
}

function variantsFor(scope: Scope): Variants {
  // As the service: what it keeps is everybody's, and nobody else's to write.
  const send = sendAsService(scope);
  return supabaseVariants(getAsAnyone(scope), send, scope.config.publicUrl);
}
