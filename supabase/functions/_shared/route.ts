/**
 * One operation of a function: who, with what, how much, and what then.
 *
 *     body → auth → input → ports → handle
 *
 * @module
 */
import { readBody } from "./body.ts";
import { type Auth, bearerOf, unauthenticated } from "./caller.ts";
import type { Config } from "./config.ts";
import { withDeadline } from "./deadline.ts";
import { type Once, onceOf } from "./idempotency.ts";
import { readInput, type Schema } from "./input.ts";
import { isRecord } from "./record.ts";
import { COUNTED } from "./telemetry/catalogue.ts";
import type { Journal } from "./telemetry/journal.ts";
import type { Meter } from "./telemetry/meter.ts";
import { seconds } from "./units.ts";

/** A whole body has this long to arrive, unless a route says otherwise. */
const BODY_MS = seconds(10);

/** What a port may be opened with. */
export interface Scope {
  readonly config: Config;
  /** The caller's own token, for clients that obey row-level security. */
  readonly bearer: string | undefined;
  /** Aborts when the time limit passes. */
  readonly signal: AbortSignal;
  /** What the request asks of others is written down here. */
  readonly journal: Journal;
  /** What is counted for whoever reads `metrics`. */
  readonly meter: Meter;
}

/** A request that has passed every check. */
export interface Call<Caller, Input> {
  readonly caller: Caller;
  readonly input: Input;
  /** What makes a retry the same request; only if the caller sent a key. */
  readonly once: Once | undefined;
  /** Of the request: what its sender prefers, and has already. */
  readonly headers: Headers;
  /** A UUID, which is in the answer and in the logs as well. */
  readonly requestId: string;
  readonly meter: Meter;
}

/** Bounds that hold whatever a caller sends. */
export interface Limits {
  readonly bodyBytes: number;
  /** For the whole body to arrive. Ten seconds unless stated. */
  readonly bodyMs?: number;
  /** For the answer to be ready, once the body is there. */
  readonly timeoutMs: number;
}

/** What is particular to one operation. */
export interface Operation<Caller, Input, Ports> {
  /** Says who is calling, or throws a `Problem`. */
  readonly auth: Auth<Caller>;
  /** Of the JSON body, or of the query, with the path's parameters. */
  readonly input: Schema<Input>;
  readonly limits: Limits;
  handle(
    call: Call<Caller, Input>,
    ports: Ports,
  ): Response | Promise<Response>;
}

/** A request that has found its route, and where it is. */
export interface Visit<Ports> {
  readonly request: Request;
  readonly requestId: string;
  /** What the route's pattern took from the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly config: Config;
  readonly journal: Journal;
  readonly meter: Meter;
  /** Opens the outside world for this request. */
  readonly ports: (scope: Scope) => Ports;
}

/** An operation, ready to be performed. */
export type Route<Ports> = (visit: Visit<Ports>) => Promise<Response>;

/**
 * Makes a route of an operation: nothing of a request reaches `handle` that has
 * not passed the operation's limits, its `auth` and its `input`, in this order.
 */
export function route<Caller, Input, Ports>(
  operation: Operation<Caller, Input, Ports>,
): Route<Ports> {
  const { bodyBytes, bodyMs = BODY_MS, timeoutMs } = operation.limits;

  return async ({ request, requestId, params, ports, ...visit }) => {
    const { config, journal, meter } = visit;
    const body = await readBody(request, { bodyBytes, bodyMs });
    const labels = { function: meter.name };
    meter.count(COUNTED.received, labels, body.byteLength);
    return await withDeadline(timeoutMs, async (signal) => {
      const caller = await operation.auth({ request, body }, config);
      if (caller === undefined) throw unauthenticated();
      journal.caller = idOf(caller);
      const source = { request, body, params };
      const input = await readInput(operation.input, source);
      const { headers } = request;
      const once = await onceOf(headers, body);
      const bearer = bearerOf(request);
      const opened = ports({ ...visit, bearer, signal });
      const call = { caller, input, once, headers, requestId, meter };
      return await operation.handle(call, opened);
    });
  };
}

/** Of a caller who is a person. */
function idOf(caller: unknown): string | undefined {
  if (!isRecord(caller)) return undefined;
  const { id } = caller;
  return typeof id === "string" ? id : undefined;
}
