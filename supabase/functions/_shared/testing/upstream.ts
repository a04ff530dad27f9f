/**
 * A Supabase that answers as a test says: late, wrongly, or not at all.
 *
 * @module
 */
import type { Scope } from "../route.ts";
import { testConfig } from "./config.ts";

/** A running upstream. `await using` closes it. */
export interface Upstream extends AsyncDisposable {
  /** What a port is opened with, to reach it. */
  readonly scope: Scope;
}

/** Starts an upstream on a free port. */
export function startUpstream(
  answer: (request: Request) => Response | Promise<Response>,
): Upstream {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    answer,
  );
  return {
    scope: scopeOf(`http://127.0.0.1:${server.addr.port}`),
    [Symbol.asyncDispose]: () => server.shutdown(),
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
  return { config: testConfig(url), bearer: "token", signal };
}
