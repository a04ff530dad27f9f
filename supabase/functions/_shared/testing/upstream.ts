/**
 * A Supabase that answers as a test says: late, wrongly, or not at all.
 *
 * @module
 */
import type { Scope } from "../route.ts";
import { blankJournal } from "../telemetry/journal.ts";
import { testConfig } from "./config.ts";
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
    scope: scopeOf(server.url),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** An upstream that was there a moment ago. */
export async function goneUpstream(): Promise<Scope> {
  const upstream = startUpstream(() => new Response());
  await upstream[Symbol.asyncDispose]();
  return upstream.scope;
}

function scopeOf(url: string): Scope {
  const { signal } = new AbortController();
  const journal = blankJournal();
  return { config: testConfig(url), bearer: "token", signal, journal };
}
