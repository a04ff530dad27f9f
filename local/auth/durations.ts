/**
 * Lengths of time as Go writes them: `ban_duration`, `max_frequency`. No I/O.
 *
 * @module
 */

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "µs": 1e-3,
  "μs": 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Go counts nanoseconds in 63 bits: about 292 years. */
const MAX_MS = 2 ** 63 / 1e6;

const NUMBER = String.raw`(?:\d+(?:\.\d*)?|\.\d+)`;
const UNIT = "ns|us|µs|μs|ms|s|m|h";
const WHOLE = new RegExp(`^[+-]?(?:0|(?:${NUMBER}(?:${UNIT}))+)$`);
const PART = new RegExp(`(${NUMBER})(${UNIT})`, "g");

/**
 * Milliseconds of `1h30m`, `-2s` or `0`, or nothing where Go would refuse: it
 * has no days.
 *
 * @example Hours and minutes
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { parseDuration } from "./durations.ts";
 *
 * equal(parseDuration("1h30m"), 5_400_000);
 * equal(parseDuration("2d"), undefined);
 * ```
 */
export function parseDuration(text: string): number | undefined {
  if (!WHOLE.test(text)) return undefined;
  let ms = 0;
  for (const [, count, unit = ""] of text.matchAll(PART)) {
    ms += Number(count) * (UNIT_MS[unit] ?? 0);
  }
  if (ms >= MAX_MS) return undefined;
  return text.startsWith("-") ? -ms : ms;
}
