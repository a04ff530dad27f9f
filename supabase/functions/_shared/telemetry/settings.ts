/**
 * Where reports go and what they say, as the environment has it. No I/O.
 *
 * @module
 */

/** How a function reports to Sentry. */
export interface Sentry {
  readonly dsn: string;
  /** `production` unless it is said. */
  readonly environment: string;
  /** Changes with every deploy, unless it is said. */
  readonly release: string | undefined;
  /** Of requests that nobody has decided about before: 0 to 1. */
  readonly tracesSampleRate: number;
  /** Whether a report names the caller: by id, and by nothing else. */
  readonly sendsUser: boolean;
}

/**
 * The settings among those that `first` knows; none without `SENTRY_DSN`; or
 * what is wrong with them.
 *
 * @example Errors, and a tenth of all requests
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { sentryOf } from "./settings.ts";
 *
 * const env = new Map([
 *   ["SENTRY_DSN", "https://key@o1.ingest.sentry.io/7"],
 *   ["SENTRY_TRACES_SAMPLE_RATE", "0.1"],
 * ]);
 * deepEqual(sentryOf((name) => env.get(name)), {
 *   dsn: "https://key@o1.ingest.sentry.io/7",
 *   environment: "production",
 *   release: undefined,
 *   tracesSampleRate: 0.1,
 *   sendsUser: false,
 * });
 * ```
 */
export function sentryOf(
  first: (name: string) => string | undefined,
): Sentry | undefined | string {
  const dsn = first("SENTRY_DSN");
  if (dsn === undefined) return undefined;
  if (!isDsn(dsn)) {
    return "SENTRY_DSN must be a DSN such as https://key@o1.ingest.sentry.io/7";
  }
  const rate = first("SENTRY_TRACES_SAMPLE_RATE") ?? "0";
  const tracesSampleRate = Number(rate);
  if (!/^[\d.]+$/.test(rate) || !(tracesSampleRate <= 1)) {
    return "SENTRY_TRACES_SAMPLE_RATE must be a number from 0 to 1";
  }
  return {
    dsn,
    environment: first("SENTRY_ENVIRONMENT") ?? "production",
    release: first("SENTRY_RELEASE"),
    tracesSampleRate,
    sendsUser: first("SENTRY_SEND_USER") === "true",
  };
}

/** What the SDK would drop without a word is worth one. */
function isDsn(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, pathname } = new URL(text);
  return /^https?:$/.test(protocol) && username !== "" &&
    /\/\d+$/.test(pathname);
}
