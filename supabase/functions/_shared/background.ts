/**
 * Work that outlives the answer.
 *
 * @module
 */

/** Of Supabase's runtime; absent in tests and in plain Deno. */
declare const EdgeRuntime: { waitUntil(work: Promise<unknown>): void };

/** Keeps the worker alive until `work` ends. What it throws is dropped. */
export function afterAnswer(work: Promise<unknown>): void {
  const quiet = work.catch(() => {});
  if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(quiet);
}
