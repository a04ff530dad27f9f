/**
 * Where bugs go: stderr always, and Sentry when it is configured.
 *
 * @module
 */
import { afterAnswer } from "./background.ts";
import type { Config } from "./config.ts";
import { scrub } from "./scrub.ts";

/** How long a report may take. Nobody waits for it but the worker. */
const FLUSH_MS = 2_000;

/** Characters of a stack. The platform cuts a log line at 10,000. */
const MAX_STACK = 8_000;

/** Which request of which function an error belongs to. */
export interface Trace {
  readonly function: string;
  readonly requestId: string;
}

/** Records an error nobody expected. Returns at once, and never throws. */
export function report(
  error: unknown,
  trace: Trace,
  config: Config,
): void {
  // First, because Sentry may be away, or not take it.
  complain(error, trace);
  if (config.sentryDsn === undefined) return;
  afterAnswer(send(error, trace, config));
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

type Sentry = typeof import("@sentry/deno");
let started: Promise<Sentry> | undefined;

async function send(
  error: unknown,
  trace: Trace,
  config: Config,
): Promise<void> {
  started ??= start(config);
  started.catch(() => started = undefined); // the next error tries again
  const sentry = await started;
  const { region, executionId } = config.deployment;
  sentry.withIsolationScope((scope) => {
    scope.setTags({ ...trace, region, executionId });
    sentry.captureException(error);
  });
  await sentry.flush(FLUSH_MS);
}

/**
 * Imported on the first bug and not before: the SDK costs as much cold start as
 * everything else together. Its defaults send the caller's token and cookies, so
 * only what names the error is switched on, and that is scrubbed.
 */
async function start(config: Config): Promise<Sentry> {
  const sentry = await import("@sentry/deno");
  sentry.init({
    dsn: config.sentryDsn ?? "",
    release: config.deployment.release,
    defaultIntegrations: false,
    integrations: [
      sentry.linkedErrorsIntegration(),
      sentry.dedupeIntegration(),
    ],
    skipOpenTelemetrySetup: true,
    sendDefaultPii: false,
    beforeBreadcrumb: () => null,
    // `extra` is a thrown object with all its members: nobody chose them.
    beforeSend: ({ extra: _unchosen, ...event }) => scrub(event),
  });
  return sentry;
}
