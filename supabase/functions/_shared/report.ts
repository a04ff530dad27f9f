/**
 * Where bugs go: stderr always, and Sentry when it is configured.
 *
 * @module
 */
import { afterAnswer } from "./background.ts";
import { scrub } from "./scrub.ts";
import type { Answered, Trace } from "./telemetry/events.ts";
import {
  type About,
  type CheckIn,
  type Monitor,
  sendCheckIn,
  sendError,
  sendRequest,
  sendWork,
} from "./telemetry/sentry.ts";

/** Characters of a stack. The platform cuts a log line at 10,000. */
const MAX_STACK = 8_000;

/** Records an error nobody expected. Returns at once, and never throws. */
export function report(error: unknown, trace: Trace, about: About): void {
  // First, because Sentry may be away, or not take it.
  complain(error, trace);
  if (about.config.sentry === undefined) return;
  afterAnswer(sendError(error, trace, about));
}

/** Records a request that is traced, or that has failed. Returns at once. */
export function reportRequest(answered: Answered, about: About): void {
  if (about.config.sentry === undefined) return;
  if (!about.journal.isSampled && answered.status < 500) return;
  afterAnswer(sendRequest(answered, about));
}

/** Records work that has gone on behind an answer, if that is traced. */
export function reportWork(job: string, trace: Trace, about: About): void {
  const { config, journal } = about;
  if (config.sentry === undefined || !journal.isSampled) return;
  // Of what somebody has waited for the request says it all.
  if (journal.answer !== undefined) afterAnswer(sendWork(job, trace, about));
}

/** What `work` comes to, which Sentry is told of: that it runs, and how it ends. */
export async function monitored<T>(
  monitor: Monitor,
  trace: Trace,
  about: About,
  work: () => Promise<T>,
): Promise<T> {
  const began = performance.now();
  const tell = (status: CheckIn["status"]) => {
    if (about.config.sentry === undefined) return;
    const durationS = (performance.now() - began) / 1000;
    const checkIn = { run: trace.requestId, status, durationS };
    afterAnswer(sendCheckIn(monitor, checkIn, trace, about));
  };
  tell("in_progress");
  try {
    const result = await work();
    tell("ok");
    return result;
  } catch (error) {
    tell("error");
    throw error;
  }
}

/** Records an error on stderr, as one line. */
export function complain(error: unknown, trace: Trace): void {
  const text = scrub(describe(error)).slice(0, MAX_STACK);
  // deno-lint-ignore no-console -- the platform collects stderr
  console.error(JSON.stringify({ ...trace, error: text }));
}

/** Anything can be thrown: `null`, or an object whose `toString` throws. */
function describe(error: unknown): string {
  try {
    if (!(error instanceof Error)) return JSON.stringify(error) ?? "undefined";
    const { cause } = error;
    const why = cause === undefined ? "" : `\n  caused by ${describe(cause)}`;
    return `${error.stack ?? error.message}${why}`;
  } catch {
    return "An error that cannot be shown as text";
  }
}
