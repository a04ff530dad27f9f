/**
 * How long a provider wants to be left alone. No I/O.
 *
 * @module
 */

/** In seconds. Whoever says more may have changed its mind by then. */
const MAX_S = 3600;

/**
 * Whole seconds, 1 to 3600, at `nowMs` of the epoch; `undefined` if nothing
 * that can be read is said. Sources: RFC 9110 §10.2.3, whose dates are those of
 * §5.6.7; and `retry-after-ms`, which OpenAI's own clients prefer to it.
 *
 * @example Seconds, a date, or finer
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { retryAfterOf } from "./retry_after.ts";
 *
 * const after = (value: string) =>
 *   retryAfterOf(new Headers({ "retry-after": value }), 0);
 * equal(after("20"), 20);
 * equal(after("Thu, 01 Jan 1970 00:00:07 GMT"), 7);
 * equal(retryAfterOf(new Headers({ "retry-after-ms": "1200" }), 0), 2);
 * ```
 */
export function retryAfterOf(
  headers: Headers,
  nowMs: number,
): number | undefined {
  const fineMs = numberOf(headers.get("retry-after-ms"));
  const after = headers.get("retry-after");
  const waitMs = fineMs ?? timesThousand(numberOf(after)) ??
    untilDate(after, nowMs);
  if (waitMs === undefined) return undefined;
  return Math.min(MAX_S, Math.max(1, Math.ceil(waitMs / 1000)));
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\d+(?:\.\d+)?$/.test(text)
    ? Number(text)
    : undefined;
}

function timesThousand(n: number | undefined): number | undefined {
  return n === undefined ? undefined : n * 1000;
}

/** All three forms of a date name its day first; `Date` takes much else. */
function untilDate(text: string | null, nowMs: number): number | undefined {
  if (text === null || !/^[A-Z][a-z]{2,8},? /.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms - nowMs;
}
