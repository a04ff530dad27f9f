/**
 * Work that outlives the answer.
 *
 * @module
 */

import type { Scope } from "./route.ts";

/** Of Supabase's runtime; absent in tests and in plain Deno. */
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void };

/** Keeps the worker alive until `work` ends. What it throws is dropped. */
export function afterAnswer(work: Promise<unknown>): void {
  const quiet = work.catch(() => {});
  if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(quiet);
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
