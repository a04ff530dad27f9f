/**
 * Which objects may be linked to, and for how long. No I/O.
 *
 * Edit `BUCKETS` to make it yours. Who may see an object is not decided here:
 * that is for the policies on `storage.objects`.
 *
 * @module
 */
import type { RateLimit } from "../_shared/rate_limit.ts";

const HOUR_S = 60 * 60;

/** How a bucket's objects may be linked to. */
export interface Bucket {
  /** The longest `expiresIn`, in seconds. */
  readonly maxLifetimeS: number;
  /** As in `storage.buckets`: a public object has one URL for everybody. */
  readonly isPublic: boolean;
}

/** Every bucket that may be linked to. */
export const BUCKETS = {
  photos: { maxLifetimeS: 24 * HOUR_S, isPublic: false },
  documents: { maxLifetimeS: HOUR_S, isPublic: false },
} satisfies Readonly<Record<string, Bucket>>;

/** The name of a bucket that may be linked to. */
export type BucketName = keyof typeof BUCKETS;

/** The names, for a schema: a lookup by a caller's text would find `toString`. */
export const BUCKET_NAMES = Object.keys(BUCKETS) as BucketName[];

/** The longest time for which a repeated request gets the same URL. */
export const WINDOW_S = HOUR_S;

/** In one request. */
export const MAX_ITEMS = 100;

/** Of Storage, in one request: a request must not become a flood. */
export const MAX_CALLS = 20;

/**
 * Requests one person may make. In the migration `…_links.sql` as well, which
 * is what counts: callers can reach it without this function.
 */
export const LIMIT: RateLimit = {
  name: "download-links",
  capacity: 60,
  windowS: 60,
};

/**
 * When a link to an image ends, in seconds since 1970: the same for all who ask
 * within the window, without anybody remembering it. `now` is in milliseconds.
 *
 * @example For at least as long as asked for, and at most twice as long
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { endOf } from "./policy.ts";
 *
 * equal(endOf(60, 120_000), 240);
 * equal(endOf(60, 179_999), 240);
 * ```
 */
export function endOf(expiresIn: number, now: number): number {
  const window = Math.min(expiresIn, WINDOW_S);
  const next = Math.floor(now / 1000 / window) + 1;
  return next * window + expiresIn;
}

/**
 * For how many seconds a link is signed that was asked for `expiresIn` seconds:
 * longer by the window in which it is given again, so that it still lives for
 * `expiresIn` when it is given last. The window is no longer than what was asked
 * for: a link for a minute must not live for an hour.
 *
 * @example At least as long as asked for, and at most twice as long
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { lifetimeOf, WINDOW_S } from "./policy.ts";
 *
 * equal(lifetimeOf(60), 120);
 * equal(lifetimeOf(86_400), 86_400 + WINDOW_S);
 * ```
 */
export function lifetimeOf(expiresIn: number): number {
  return expiresIn + Math.min(expiresIn, WINDOW_S);
}
