/**
 * What one request has asked of others: the spans of its trace, and what led to
 * an error. Each request has its own, so that two never share any of it.
 *
 * @module
 */
import type { Sentry } from "./settings.ts";
import { type TraceContext, traceContextOf } from "./trace_context.ts";

/** One call of another server. */
export interface Step {
  /** `POST /rest/v1/rpc/open_upload`: no query, and no name of an object. */
  readonly name: string;
  /** As Sentry calls kinds of spans. */
  readonly op: "db" | "http.client";
  /** In seconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Absent if there was no answer. */
  readonly status?: number;
}

/** Of one request. A run that goes on makes more, of which these are enough. */
const MAX_STEPS = 100;

/** Of one request, and of what it does after its answer. */
export class Journal {
  readonly steps: Step[] = [];
  readonly startedAt = now();
  /** The path of the route that the request takes, once that is known. */
  template: string | undefined;
  /** The id of whoever calls, once that is known. */
  caller: string | undefined;
  /** Calls that there was no room for. */
  untold = 0;
  /** When it was answered, and how many steps there were by then. */
  answer: { readonly at: number; readonly steps: number } | undefined;
  /** Absent where nothing is reported. */
  readonly trace: TraceContext | undefined;
  readonly isSampled: boolean;

  constructor(headers: Headers, sentry: Sentry | undefined) {
    this.trace = sentry && traceContextOf(headers);
    const rate = sentry?.tracesSampleRate ?? 0;
    this.isSampled = rate > 0 &&
      (this.trace?.isSampled ?? Math.random() < rate);
  }

  /** `fetch`, and a step. It can be passed on as a function. */
  readonly fetch: typeof fetch = async (input, init) => {
    if (this.trace === undefined) return await fetch(input, init);
    const startedAt = now();
    let status: number | undefined;
    try {
      const answer = await fetch(input, init);
      status = answer.status;
      return answer;
    } finally {
      const known = status === undefined ? {} : { status };
      const times = { startedAt, endedAt: now() };
      this.#note({ ...nameOf(input, init), ...times, ...known });
    }
  };

  /** What comes now is not the request's any more. */
  close(): void {
    this.answer = { at: now(), steps: this.steps.length };
  }

  #note(step: Step): void {
    if (this.steps.length < MAX_STEPS) this.steps.push(step);
    else this.untold++;
  }
}

/** A journal that nothing is written into. */
export function blankJournal(): Journal {
  return new Journal(new Headers(), undefined);
}

/** In seconds since 1970, by a clock that nobody sets. */
export function now(): number {
  return (performance.timeOrigin + performance.now()) / 1000;
}

/** Parts of a path that say what is asked; the rest says of what. */
const MAX_PARTS = 4;

/** What is asked, as far as many questions have it in common. */
function nameOf(
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
): Pick<Step, "name" | "op"> {
  const { url, method } = input instanceof Request
    ? input
    : { url: String(input), method: "GET" };
  const verb = init?.method ?? method;
  if (!URL.canParse(url)) return { name: verb, op: "http.client" };
  const { host, pathname } = new URL(url);
  const [, api, version] = pathname.split("/");
  if (version !== "v1" || api === undefined) {
    return { name: `${verb} ${host}`, op: "http.client" };
  }
  const parts = pathname.slice(1).split("/");
  const path = parts.length > MAX_PARTS
    ? [...parts.slice(0, MAX_PARTS), "*"]
    : parts;
  const op = api === "rest" ? "db" : "http.client";
  return { name: `${verb} /${path.join("/")}`, op };
}
