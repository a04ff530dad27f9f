/**
 * What is counted of every request.
 *
 * @module
 */
import type { Config } from "../config.ts";
import { COUNTED } from "./catalogue.ts";
import { flushSoon } from "./flush.ts";
import type { Journal } from "./journal.ts";
import type { Meter } from "./meter.ts";

/** A request that has been answered. */
export interface Counted {
  readonly method: string;
  readonly response: Response;
  readonly journal: Journal;
  /** In seconds since 1970. */
  readonly endedAt: number;
}

/** Those that a route can have, and HEAD. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** Instances of functions that have been counted. */
const started = new WeakSet<Meter>();

/** Counts a request, and has that written down before long. */
export function countRequest(
  meter: Meter,
  { method, response, journal, endedAt }: Counted,
  config: Config,
): void {
  if (!meter.isOn) return;
  const { region } = config.deployment;
  const name = { function: meter.name };
  if (!started.has(meter)) {
    started.add(meter);
    meter.count(COUNTED.coldStarts, { ...name, region });
  }
  const { status, headers } = response;
  meter.count(COUNTED.requests, {
    ...{ ...name, region, status: String(status) },
    method: METHODS.includes(method) ? method : "other",
  });
  meter.observe(COUNTED.durations, name, endedAt - journal.startedAt);
  if (method !== "HEAD") {
    meter.count(COUNTED.sent, name, Number(headers.get("content-length")));
  }
  const limit = status === 429 ? limitOf(headers) : undefined;
  if (limit !== undefined) meter.count(COUNTED.refusals, { ...name, limit });
  flushSoon(meter.name, config);
}

/** `"upload-tickets";q=60;w=60` */
function limitOf(headers: Headers): string | undefined {
  return headers.get("ratelimit-policy")?.match(/^"([\w-]+)"/)?.[1];
}
