/**
 * The two ways to reach Supabase. Which one a function uses is visible in its
 * definition, and decides whether row-level security protects it.
 *
 * @module
 */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Scope } from "./route.ts";

/** On the caller's behalf: row-level security decides. */
export function asCaller(scope: Scope): SupabaseClient {
  const { config, bearer } = scope;
  return connect(scope, config.publishableKey, bearer);
}

/** In milliseconds. Longer than any call takes that does not hang. */
const CLEAN_UP_MS = 5_000;

/**
 * The same scope for what outlives the answer: taking back what was begun, by
 * default, which is often what ran out of time. It has `ms` of its own.
 */
export function afterwards(scope: Scope, ms = CLEAN_UP_MS): Scope {
  return { ...scope, signal: AbortSignal.timeout(ms) };
}

/** As the project itself: nothing is hidden. Say why, where you use it. */
export function asService(scope: Scope): SupabaseClient {
  return connect(scope, serviceKey(scope));
}

/** GETs what is at `path` of the project, with more `headers`. */
export type Get = (
  path: string,
  headers: Readonly<Record<string, string>>,
) => Promise<Response>;

/** The same for what the client has no call for: a range of an object. */
export function getAsService(scope: Scope): Get {
  const { config: { supabaseUrl }, signal } = scope;
  const apikey = serviceKey(scope);
  // Both, as supabase-js sends them: older projects have keys that are tokens.
  const key = { apikey, authorization: `Bearer ${apikey}` };
  return (path, headers) =>
    fetch(supabaseUrl + path, { headers: { ...headers, ...key }, signal });
}

function serviceKey({ config }: Scope): string {
  const key = config.secretKeys["default"];
  if (key !== undefined) return key;
  throw new TypeError(
    'Cannot act as the service: SUPABASE_SECRET_KEYS has no "default"',
  );
}

function connect(scope: Scope, key: string, bearer?: string): SupabaseClient {
  const { config, signal } = scope;
  return createClient(config.supabaseUrl, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: {
      headers: bearer === undefined
        ? {}
        : { authorization: `Bearer ${bearer}` },
      fetch: (url, init) => fetch(url, { ...init, signal: both(init, signal) }),
    },
  });
}

/** Whichever of the request's own signal and ours aborts first. */
function both(init: RequestInit | undefined, ours: AbortSignal): AbortSignal {
  const own = init?.signal;
  return own ? AbortSignal.any([own, ours]) : ours;
}
