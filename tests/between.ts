/**
 * A function on a whole stack, with something between it and Storage.
 *
 * @module
 */
import type { Endpoint } from "../supabase/functions/_shared/endpoint.ts";
import { testConfig } from "../supabase/functions/_shared/testing/config.ts";
import { serve } from "../supabase/functions/_shared/testing/server.ts";
import type { Place } from "./contracts/contract.ts";
import type { World } from "./world.ts";

/** Answers a request to Storage; `pass` asks the stack's. */
export type Between = (
  request: Request,
  pass: () => Promise<Response>,
) => Response | Promise<Response>;

/** What was asked of Storage. */
export interface Count {
  /** `POST /storage/v1/…`, in the order of their arrival. */
  readonly calls: string[];
  /** The most that were under way together. */
  readonly atOnce: () => number;
}

/** Serves the function `name` in this process; links name the stack itself. */
export function between<Ports>(
  world: World,
  [name, fn]: [name: string, fn: Endpoint<Ports>],
  storage: Between,
): Place & AsyncDisposable {
  const server = serve(async (request) => {
    const on = () => pass(world, request);
    return new URL(request.url).pathname.startsWith("/storage/")
      ? await storage(request, on)
      : await on();
  });
  return {
    ...placeAt(world, [name, fn], server.url),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Passes a request on to the stack. */
async function pass({ stack }: World, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const { method, headers } = request;
  const body = await request.clone().bytes();
  return await fetch(`${stack.url}${pathname}${search}`, {
    method,
    headers,
    ...body.length > 0 && { body },
  });
}

/** The function in this process, with all that it asks Supabase going to `url`. */
function placeAt<Ports>(
  world: World,
  [name, fn]: [name: string, fn: Endpoint<Ports>],
  supabaseUrl: string,
): Place {
  const { url, keys } = world.stack;
  const { fetch: call } = fn.within(testConfig(supabaseUrl, {
    SUPABASE_PUBLIC_URL: url,
    SUPABASE_JWKS: JSON.stringify(keys.jwks),
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret }),
  }));
  return {
    world,
    call: (path, init) =>
      call(new Request(`http://localhost/${name}${path}`, init)),
  };
}

/** Where a process dies: at this request to Supabase, counted from 1. */
export interface Death {
  readonly step: number;
  /** Whether Supabase still gets the request, and the process no answer. */
  readonly moment: "before" | "after";
}

/** A process that is dead from one request on: nothing of it goes anywhere. */
export interface Dying extends Place, AsyncDisposable {
  readonly dead: Promise<void>;
  /** Ends what the dead process waits for. */
  bury(): void;
}

/** Serves the function `name` in this process until it dies. */
export function dying<Ports>(
  world: World,
  [name, fn]: [name: string, fn: Endpoint<Ports>],
  { step, moment }: Death,
): Dying {
  const dead = Promise.withResolvers<void>();
  const grave = Promise.withResolvers<void>();
  let steps = 0;
  const server = serve(async (request) => {
    steps++;
    if (steps < step) return await pass(world, request);
    if (steps === step && moment === "after") {
      await (await pass(world, request)).body?.cancel();
    }
    dead.resolve();
    await grave.promise;
    return new Response(null, { status: 503 });
  });
  return {
    ...placeAt(world, [name, fn], server.url),
    dead: dead.promise,
    bury: () => grave.resolve(),
    async [Symbol.asyncDispose]() {
      grave.resolve();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The same, with Storage as it is, and what is asked of it. */
export function counting<Ports>(
  world: World,
  fn: [name: string, fn: Endpoint<Ports>],
): Place & AsyncDisposable & Count {
  const calls: string[] = [];
  let open = 0;
  let most = 0;
  const here = between(world, fn, async ({ method, url }, pass) => {
    calls.push(`${method} ${new URL(url).pathname}`);
    most = Math.max(most, ++open);
    const answer = await pass();
    open--;
    return answer;
  });
  return { ...here, calls, atOnce: () => most };
}
