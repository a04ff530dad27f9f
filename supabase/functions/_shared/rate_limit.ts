/**
 * How often a caller may do something, as Postgres counts it.
 *
 * A limit is an argument of the SQL call that does the work, so counting costs
 * no round trip of its own and every worker counts together. The bucket is
 * `portico.take` of the migration `…_rate_limits.sql`.
 *
 * @module
 */
import * as v from "valibot";
import { type Problem, problem } from "./problem.ts";

const tooManyRequests = problem(429, "Too many requests");

/** A token bucket: `capacity` at once, refilled evenly over `windowS` seconds. */
export interface RateLimit {
  /** In headers and in the database: `upload-tickets`. */
  readonly name: string;
  readonly capacity: number;
  readonly windowS: number;
}

/** A caller's bucket after it was asked for one more. */
export interface Left {
  /** Whole requests left. */
  readonly remaining: number;
  /** Seconds until one more is there; 0 if one is. */
  readonly resetS: number;
}

/** What is left, as `portico.take` answers it. */
export const LeftAnswer = v.pipe(
  v.object({ remaining: v.number(), "reset_s": v.number() }),
  v.transform(({ remaining, reset_s: resetS }): Left => {
    return { remaining, resetS };
  }),
);

/**
 * The headers that tell a caller where it stands.
 *
 * Source: draft-ietf-httpapi-ratelimit-headers-10.
 *
 * @example Sixty a minute, of which one was taken
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { rateLimitHeaders } from "./rate_limit.ts";
 *
 * const limit = { name: "tickets", capacity: 60, windowS: 60 };
 * const headers = rateLimitHeaders(limit, { remaining: 59, resetS: 0 });
 * equal(headers["ratelimit-policy"], '"tickets";q=60;w=60');
 * equal(headers["ratelimit"], '"tickets";r=59;t=0');
 * ```
 */
export function rateLimitHeaders(
  { name, capacity, windowS }: RateLimit,
  { remaining, resetS }: Left,
): Record<string, string> {
  return {
    "ratelimit-policy": `"${name}";q=${capacity};w=${windowS}`,
    "ratelimit": `"${name}";r=${remaining};t=${resetS}`,
  };
}

/** The answer to one request too many. */
export function limited(limit: RateLimit, left: Left): Problem {
  const detail =
    `Cannot take more than ${limit.capacity} in ${limit.windowS} s`;
  const { resetS } = left;
  const headers = {
    ...rateLimitHeaders(limit, left),
    "retry-after": String(resetS),
  };
  return tooManyRequests(detail, { retryAfterS: resetS }, { headers });
}
