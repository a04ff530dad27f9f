/**
 * The way to Sentry. The SDK is loaded when there is something to say and not
 * before: it costs as much of a cold start as everything else together.
 *
 * Nothing of it runs inside a request. What is sent of one was written down by
 * the request itself (`journal.ts`), so that nothing can be mixed up between two
 * of them, and the SDK instruments nothing.
 *
 * @module
 */
import type { Scope as SentryScope } from "@sentry/deno";
import type { Config } from "../config.ts";
import { scrub } from "../scrub.ts";
import {
  type Answered,
  breadcrumbsOf,
  routeOf,
  tagsOf,
  type Trace,
  transactionOf,
  workOf,
} from "./events.ts";
import { type Journal, now } from "./journal.ts";
import type { Sentry } from "./settings.ts";
import type { TraceContext } from "./trace_context.ts";

/** How long a report may take. Nobody waits for it but the worker. */
const FLUSH_MS = 2_000;

/** A receiver that says nothing keeps a report no longer than this. */
const SEND_MS = 5_000;

/** Reports on their way at once, of a few KB each; what comes then is dropped. */
const ROOM = 1_000;

type Sdk = typeof import("@sentry/deno");

/** The SDK, and a client for one address. */
interface Line {
  readonly sdk: Sdk;
  readonly client: InstanceType<Sdk["DenoClient"]>;
}

/** By address: a process has one, but for tests. */
const lines = new Map<string, Promise<Line>>();

/** What something is said of. */
export interface About {
  readonly config: Config;
  readonly journal: Journal;
}

/** Tells Sentry of an error. Ends when that is done, or cannot be. */
export async function sendError(
  error: unknown,
  trace: Trace,
  about: About,
): Promise<void> {
  await send(trace, about, ({ scope }) => {
    for (const it of breadcrumbsOf(about.journal)) scope.addBreadcrumb(it);
    scope.captureException(error);
  });
}

/** Tells Sentry of a request: its times, and one line of a log. */
export async function sendRequest(
  answered: Answered,
  about: About,
): Promise<void> {
  await send(answered, about, ({ sdk, client, scope, trace, sentry }) => {
    const { journal } = about;
    const { method, status, code, endedAt } = answered;
    const ms = Math.round((endedAt - journal.startedAt) * 1000);
    sdk.logger[status < 500 ? "info" : "error"](
      `${method} ${routeOf(answered, journal)} ${status}`,
      { ...tagsOf(answered, about.config), status, code, ms },
      { scope },
    );
    if (!journal.isSampled) return;
    const event = transactionOf(answered, journal, trace);
    capture(event, { client, scope, trace, sentry }, about.config);
  });
}

/** Tells Sentry of work that has gone on behind an answer. */
export async function sendWork(
  job: string,
  of: Trace,
  about: About,
): Promise<void> {
  const ended = { job, endedAt: now() };
  await send(of, about, (saying) => {
    const event = workOf(ended, about.journal, saying.trace);
    capture(event, saying, about.config);
  });
}

function capture(
  event: ReturnType<typeof workOf>,
  { client, scope, trace, sentry }: Omit<Saying, "sdk">,
  config: Config,
): void {
  const { publicKey } = client.getDsn() ?? {};
  const facts = trace.facts ?? {
    trace_id: trace.traceId,
    environment: sentry.environment,
    release: releaseOf(config),
    ...publicKey !== undefined && { public_key: publicKey },
    ...{ sample_rate: String(sentry.tracesSampleRate), sampled: "true" },
  };
  const sdkProcessingMetadata = { dynamicSamplingContext: facts };
  scope.captureEvent({ ...event, sdkProcessingMetadata });
}

/** When a job is expected, for Sentry to miss it. */
export interface Monitor {
  /** In Sentry: `portico-sweep`. */
  readonly slug: string;
  /** As cron writes it, in UTC. */
  readonly schedule: string;
  /** In minutes: what has not ended by then has failed. */
  readonly maxRuntimeM: number;
}

/** How a job is doing. */
export interface CheckIn {
  /** Of one run: a UUID. */
  readonly run: string;
  readonly status: "in_progress" | "ok" | "error";
  readonly durationS?: number;
}

/** Tells Sentry how a job is doing. */
export async function sendCheckIn(
  { slug, schedule, maxRuntimeM: maxRuntime }: Monitor,
  { run, status, durationS }: CheckIn,
  trace: Trace,
  about: About,
): Promise<void> {
  await send(trace, about, ({ client, scope }) => {
    const checkInId = run.replaceAll("-", "");
    const known = { monitorSlug: slug, checkInId };
    client.captureCheckIn(
      status === "in_progress"
        ? { ...known, status }
        : { ...known, status, duration: durationS },
      {
        schedule: { type: "crontab", value: schedule },
        ...{ checkinMargin: 2, maxRuntime, timezone: "UTC" },
      },
      scope,
    );
  });
}

/** All that is needed to say something of one request. */
interface Saying extends Line {
  readonly sentry: Sentry;
  readonly trace: TraceContext;
  readonly scope: SentryScope;
}

async function send(
  about: Trace,
  { config, journal }: About,
  say: (saying: Saying) => void,
): Promise<void> {
  const { sentry } = config;
  const { trace } = journal;
  if (sentry === undefined || trace === undefined) return;
  const line = await lineTo(sentry, config);
  const scope = new line.sdk.Scope();
  scope.setClient(line.client);
  scope.setTags(tagsOf(about, config));
  const { traceId, spanId: propagationSpanId, parentSpanId } = trace;
  scope.setPropagationContext({
    ...{ traceId, propagationSpanId, sampleRand: 0 },
    ...parentSpanId !== undefined && { parentSpanId },
  });
  if (sentry.sendsUser && journal.caller !== undefined) {
    scope.setUser({ id: journal.caller });
  }
  say({ ...line, sentry, trace, scope });
  await line.client.flush(FLUSH_MS);
}

function lineTo(sentry: Sentry, config: Config): Promise<Line> {
  const { dsn } = sentry;
  const open = lines.get(dsn) ?? start(sentry, config);
  lines.set(dsn, open);
  open.catch(() => lines.delete(dsn)); // the next report tries again
  return open;
}

function releaseOf({ sentry, deployment }: Config): string {
  return sentry?.release ?? deployment.release;
}

/**
 * The SDK's defaults send the caller's token and cookies, so that only what names
 * an error is switched on, and all that leaves is scrubbed.
 */
async function start(sentry: Sentry, config: Config): Promise<Line> {
  const sdk = await import("@sentry/deno");
  const client = sdk.init({
    dsn: sentry.dsn,
    environment: sentry.environment,
    release: releaseOf(config),
    defaultIntegrations: false,
    integrations: [sdk.linkedErrorsIntegration()],
    skipOpenTelemetrySetup: true,
    sendDefaultPii: false,
    enableLogs: true,
    transportOptions: { bufferSize: ROOM },
    serverName: config.deployment.region,
    transport: ({ url, headers, ...options }) =>
      sdk.createTransport(options, async ({ body }) => {
        const init = { method: "POST", body, headers: headers ?? {} };
        const signal = AbortSignal.timeout(SEND_MS);
        const answer = await fetch(url, { ...init, signal } as RequestInit);
        await answer.body?.cancel();
        return {
          statusCode: answer.status,
          headers: {
            "x-sentry-rate-limits": answer.headers.get("x-sentry-rate-limits"),
            "retry-after": answer.headers.get("retry-after"),
          },
        };
      }),
    // `extra` is a thrown object with all its members: nobody chose them.
    beforeSend: ({ extra: _unchosen, ...event }) => scrub(event),
    beforeSendTransaction: (event) => scrub(event),
    beforeSendLog: (log) => scrub(log),
  });
  if (!(client instanceof sdk.DenoClient)) {
    throw new TypeError("The SDK has made no client of its own");
  }
  return { sdk, client };
}
