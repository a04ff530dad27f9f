/**
 * A Supabase that answers as a test says: late, wrongly, or not at all.
 *
 * @module
 */
import type { Scope } from "../route.ts";
import { testConfig } from "./config.ts";
import { testScope } from "./scope.ts";
import { serve } from "./server.ts";

/** A running upstream. `await using` closes it. */
export interface Upstream extends AsyncDisposable {
  /** What a port is opened with, to reach it. */
  readonly scope: Scope;
}

/** Starts an upstream on a free port. */
export function startUpstream(
  answer: (request: Request) => Response | Promise<Response>,
): Upstream {
  const server = serve(answer);
  return {
    scope: testScope(testConfig(server.url), "token"),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** An upstream that was there a moment ago. */
export async function goneUpstream(): Promise<Scope> {
  const upstream = startUpstream(() => new Response());
  await upstream[Symbol.asyncDispose]();
  return upstream.scope;
}
