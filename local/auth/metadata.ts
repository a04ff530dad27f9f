/**
 * Free-form facts about people, and how they change. No I/O.
 *
 * @module
 */
import type { Metadata } from "./users.ts";

/**
 * Merges one level deep, as the server does; null removes a key.
 *
 * @example A key goes, and a null from before stays
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { mergeMetadata } from "./metadata.ts";
 *
 * const old = { role: "admin", plan: null };
 *
 * const merged = mergeMetadata(old, { role: null, team: 1 });
 *
 * deepEqual(merged, { plan: null, team: 1 });
 * ```
 */
export function mergeMetadata(
  old: Metadata,
  changes: Metadata | null | undefined,
): Metadata {
  const merged = { ...old, ...changes };
  const removed = Object.entries(changes ?? {})
    .filter(([, value]) => value === null).map(([key]) => key);
  return Object.fromEntries(
    Object.entries(merged).filter(([key]) => !removed.includes(key)),
  );
}
