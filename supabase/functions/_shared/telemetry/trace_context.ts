/**
 * Which trace a request belongs to, as its sender says it. No I/O.
 *
 * Sources: Sentry's "Trace propagation", W3C Trace Context and W3C Baggage.
 *
 * @module
 */

/** The place of a request in a trace. */
export interface TraceContext {
  /** 32 digits of hex. */
  readonly traceId: string;
  /** 16 digits of hex: of the request itself. */
  readonly spanId: string;
  /** Of what has sent it; absent where the trace begins here. */
  readonly parentSpanId?: string;
  /** What the sender has decided, if it has. */
  readonly isSampled?: boolean;
  /** What the sender says of the whole trace, by names without `sentry-`. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** `<trace>-<span>`, and whether it is sampled. */
const SENTRY_TRACE = /^([0-9a-f]{32})-([0-9a-f]{16})(?:-([01]))?$/i;

/** Version 00, or a later one that may have more. */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/;

/** In bytes: what a baggage may be, by its standard. */
const MAX_BAGGAGE = 8_192;

/**
 * The trace that `headers` continue, or a new one. What is not written as it
 * should be counts as not there.
 *
 * @example A page that is traced has called
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { traceContextOf } from "./trace_context.ts";
 *
 * const trace = "12345678901234567890123456789012-1234567890123456-1";
 * const headers = new Headers({ "sentry-trace": trace });
 * const { traceId, isSampled } = traceContextOf(headers);
 * equal(traceId, "12345678901234567890123456789012");
 * equal(isSampled, true);
 * ```
 */
export function traceContextOf(headers: Headers): TraceContext {
  const spanId = hex(8);
  const own = headers.get("sentry-trace")?.trim().match(SENTRY_TRACE);
  if (own) {
    const [, traceId = "", parentSpanId = "", sampled] = own;
    return {
      ...{ traceId: traceId.toLowerCase(), spanId },
      parentSpanId: parentSpanId.toLowerCase(),
      ...sampled !== undefined && { isSampled: sampled === "1" },
      facts: factsOf(headers.get("baggage") ?? ""),
    };
  }
  const [, traceId = "", parentSpanId = ""] =
    headers.get("traceparent")?.trim().match(TRACEPARENT) ?? [];
  if (/[^0]/.test(traceId) && /[^0]/.test(parentSpanId)) {
    // Whether it is sampled there is another product's decision.
    return { traceId, spanId, parentSpanId };
  }
  return { traceId: hex(16), spanId };
}

/** Members of a baggage that are Sentry's. */
function factsOf(baggage: string): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const member of baggage.slice(0, MAX_BAGGAGE).split(",")) {
    const [name = "", value = ""] = member.split(";", 1)[0]?.split("=") ?? [];
    const [, fact] = name.trim().match(/^sentry-([\w-]{1,64})$/) ?? [];
    if (fact !== undefined) facts[fact] = decoded(value.trim());
  }
  return facts;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As many random bytes, as digits. */
export function hex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (it) => it.toString(16).padStart(2, "0")).join("");
}
