/**
 * Which origins may call from a browser, decided by settings and not by each
 * function. Credentials are never allowed: callers send tokens, not cookies.
 *
 * @module
 */
import type { Config } from "./config.ts";
import { problem } from "./problem.ts";

const originNotAllowed = problem(403, "Origin not allowed");

/** What callers send. Sentry and OpenTelemetry add theirs to every request of a page. */
const REQUEST_HEADERS = [
  "authorization",
  "apikey",
  "content-type",
  "x-client-info",
  "idempotency-key",
  "prefer",
  "if-none-match",
  "x-request-id",
  "x-retry-count",
  "x-region",
  "sentry-trace",
  "baggage",
  "traceparent",
  "tracestate",
].join(", ");

/** What a page may read of an answer. */
const RESPONSE_HEADERS = [
  "x-request-id",
  "retry-after",
  "ratelimit",
  "ratelimit-policy",
  "etag",
  "location",
  "server-timing",
].join(", ");

/** In seconds. Chromium keeps a preflight for two hours at most. */
const MAX_AGE_S = 7200;

/** The part of the settings that this is about. */
export type Origins = Pick<Config, "allowedOrigins">;

/** Answers a preflight. It carries no token, so nothing else is asked of it. */
export function preflight(
  request: Request,
  methods: readonly string[],
  config: Origins,
): Response {
  const response = new Response(null, { status: 204 });
  const { headers } = response;
  share(headers, request, config);
  if (headers.has("access-control-allow-origin")) {
    headers.set("access-control-allow-methods", methods.join(", "));
    headers.set("access-control-allow-headers", REQUEST_HEADERS);
    headers.set("access-control-max-age", String(MAX_AGE_S));
  }
  return response;
}

/** Lets the page that asked read an answer, if its origin is one of ours. */
export function share(
  headers: Headers,
  request: Request,
  config: Origins,
): void {
  // Of a fetched answer, say: what another server allows is not ours.
  for (const name of [...headers.keys()]) {
    if (name.startsWith("access-control-")) headers.delete(name);
  }
  if (config.allowedOrigins !== undefined) headers.append("vary", "Origin");
  const origin = allowedOrigin(request, config);
  if (origin === undefined) return;
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-expose-headers", RESPONSE_HEADERS);
}

/** Unless they are listed, no page may call: what is set as "any" is none then. */
export function listedOnly({ allowedOrigins = [] }: Origins): Origins {
  return { allowedOrigins };
}

/**
 * Turns away a page that may not call. Its browser would keep the answer from it,
 * and not what the call does.
 *
 * @throws {Problem} "Origin not allowed".
 */
export function requireOrigin(request: Request, config: Origins): void {
  if (!request.headers.has("origin")) return;
  if (allowedOrigin(request, config) !== undefined) return;
  throw originNotAllowed("Cannot be called from this page");
}

/** Byte for byte: a pattern is how `https://app.example.com.evil.tld` gets in. */
function allowedOrigin(request: Request, config: Origins): string | undefined {
  if (config.allowedOrigins === undefined) return "*";
  const origin = request.headers.get("origin") ?? "";
  return config.allowedOrigins.includes(origin) ? origin : undefined;
}
