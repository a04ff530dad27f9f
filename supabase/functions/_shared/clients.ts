/**
 * The two ways to reach Supabase. Which one a function uses is visible in its
 * definition, and decides whether row-level security protects it.
 *
 * @module
 */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { serviceKey } from "./get.ts";
import type { Scope } from "./route.ts";

/** On the caller's behalf: row-level security decides. */
export function asCaller(scope: Scope): SupabaseClient {
  const { config, bearer } = scope;
  return connect(scope, config.publishableKey, bearer);
}

/** As the project itself: nothing is hidden. Say why, where you use it. */
export function asService(scope: Scope): SupabaseClient {
  return connect(scope, serviceKey(scope));
}

function connect(scope: Scope, key: string, bearer?: string): SupabaseClient {
  const { config, signal, journal } = scope;
  return createClient(config.supabaseUrl, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: {
      headers: bearer === undefined
        ? {}
        : { authorization: `Bearer ${bearer}` },
      fetch: (url, init) =>
        journal.fetch(url, { ...init, signal: both(init, signal) }),
    },
  });
}

/** Whichever of the request's own signal and ours aborts first. */
function both(init: RequestInit | undefined, ours: AbortSignal): AbortSignal {
  const own = init?.signal;
  return own ? AbortSignal.any([own, ours]) : ours;
}
