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
  const { url, keys } = world.stack;
  const server = serve(async (request) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    const body = await request.clone().bytes();
    const pass = () =>
      fetch(`${url}${pathname}${search}`, {
        method,
        headers,
        ...body.length > 0 && { body },
      });
    return pathname.startsWith("/storage/")
      ? await storage(request, pass)
      : await pass();
  });
  const { fetch: call } = fn.within(testConfig(server.url, {
    SUPABASE_PUBLIC_URL: url,
    SUPABASE_JWKS: JSON.stringify(keys.jwks),
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret }),
  }));
  return {
    world,
    call: (path, init) =>
      call(new Request(`http://localhost/${name}${path}`, init)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
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
