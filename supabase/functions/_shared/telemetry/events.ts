/**
 * What Sentry is told of one request, in its terms. No I/O.
 *
 * Source: Sentry's "Event payloads" and "Transaction payloads", and the types of
 * its SDK.
 *
 * @module
 */
import type { Breadcrumb, Event } from "@sentry/deno";
import type { Config } from "../config.ts";
import type { Journal, Step } from "./journal.ts";
import { hex, type TraceContext } from "./trace_context.ts";

/** Which request of which function something belongs to. */
export interface Trace {
  readonly function: string;
  readonly requestId: string;
}

/** A request that has been answered. */
export interface Answered extends Trace {
  readonly method: string;
  readonly status: number;
  /** Of the problem that was answered, if one was. */
  readonly code?: string | undefined;
  /** In seconds since 1970. */
  readonly endedAt: number;
}

/** What every report can be found by. */
export function tagsOf(
  { function: name, requestId }: Trace,
  { deployment: { region, executionId } }: Config,
): Record<string, string> {
  return { function: name, requestId, region, executionId };
}

/** What led to an error: each call of another server. */
export function breadcrumbsOf({ steps }: Journal): Breadcrumb[] {
  return steps.map(({ name, endedAt, status }) => ({
    ...{ type: "http", category: "fetch", timestamp: endedAt, message: name },
    level: status === undefined || status >= 500 ? "error" : "info",
    ...status !== undefined && { data: { status_code: status } },
  }));
}

/** A request, and what it has asked of others, with their times. */
export function transactionOf(
  answered: Answered,
  journal: Journal,
  { traceId, spanId, parentSpanId }: TraceContext,
): Event & { readonly type: "transaction" } {
  const { method, status, endedAt } = answered;
  const { steps, answer, untold, startedAt } = journal;
  const route = routeOf(answered, journal);
  return {
    type: "transaction",
    transaction: `${method} ${route}`,
    transaction_info: { source: "route" },
    ...{ start_timestamp: startedAt, timestamp: endedAt },
    contexts: {
      trace: {
        ...{ trace_id: traceId, span_id: spanId },
        ...parentSpanId !== undefined && { parent_span_id: parentSpanId },
        ...{ op: "http.server", origin: "manual", status: statusOf(status) },
        data: {
          "http.request.method": method,
          "http.route": route,
          "http.response.status_code": status,
          ...untold > 0 && { "portico.untold_calls": untold },
        },
      },
    },
    spans: steps.slice(0, answer?.steps)
      .map((it) => spanOf(it, { traceId, spanId })),
  };
}

/** Work that has gone on behind an answer, in the same trace. */
export function workOf(
  { job, endedAt }: { readonly job: string; readonly endedAt: number },
  { steps, answer, untold, startedAt }: Journal,
  { traceId, spanId: parent }: TraceContext,
): Event & { readonly type: "transaction" } {
  const spanId = hex(8);
  return {
    type: "transaction",
    transaction: job,
    transaction_info: { source: "task" },
    ...{ start_timestamp: answer?.at ?? startedAt, timestamp: endedAt },
    contexts: {
      trace: {
        ...{ trace_id: traceId, span_id: spanId, parent_span_id: parent },
        ...{ op: "task", origin: "manual", status: "ok" },
        data: untold > 0 ? { "portico.untold_calls": untold } : {},
      },
    },
    spans: steps.slice(answer?.steps)
      .map((it) => spanOf(it, { traceId, spanId })),
  };
}

/** `/image-proxy/public/{bucket}/{path...}`; or that nothing is there. */
export function routeOf(
  { function: name }: Trace,
  { template }: Journal,
): string {
  if (template === undefined) return `/${name}/?`;
  return template === "/" ? `/${name}` : `/${name}${template}`;
}

type Span = NonNullable<Event["spans"]>[number];

function spanOf(
  step: Step,
  { traceId, spanId }: Pick<TraceContext, "traceId" | "spanId">,
): Span {
  const { name, op, startedAt, endedAt, status } = step;
  return {
    ...{ span_id: hex(8), trace_id: traceId, parent_span_id: spanId },
    ...{ op, description: name, origin: "manual" },
    ...{ start_timestamp: startedAt, timestamp: endedAt },
    status: status === undefined ? "unavailable" : statusOf(status),
    data: status === undefined ? {} : { "http.response.status_code": status },
  };
}

/** Statuses that have a name of their own. Source: Sentry's "Span status". */
const STATUSES: Readonly<Record<number, string>> = {
  400: "failed_precondition",
  401: "unauthenticated",
  403: "permission_denied",
  404: "not_found",
  409: "aborted",
  429: "resource_exhausted",
  499: "cancelled",
  501: "unimplemented",
  503: "unavailable",
  504: "deadline_exceeded",
};

function statusOf(status: number): string {
  if (status < 400) return "ok";
  return STATUSES[status] ??
    (status < 500 ? "invalid_argument" : "internal_error");
}
