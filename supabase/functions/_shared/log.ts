/**
 * One JSON line for each request, and for what goes on after its answer.
 *
 * @module
 */
import type { Config } from "./config.ts";
import { reportWork } from "./report.ts";
import type { Scope } from "./route.ts";
import { scrub } from "./scrub.ts";
import { COUNTED } from "./telemetry/catalogue.ts";
import { flushSoon } from "./telemetry/flush.ts";

/** A request's line, written when it closes. */
export interface Line {
  /** @param code Of the problem that was answered, if one was. */
  close(status: number, code?: string): void;
}

/** What a line says besides how it ended. */
export interface Subject {
  readonly fn: string;
  readonly request: Request;
  readonly requestId: string;
  readonly config: Config;
}

/** The platform cuts a line at 10,000 characters; a path needs fewer. */
const MAX_PATH = 500;

/** Starts timing a request. Queries, bodies and headers are never logged. */
export function openLine(
  { fn, request, requestId, config }: Subject,
): Line {
  const started = performance.now();
  const { method } = request;
  const pathname = scrub(new URL(request.url).pathname.slice(0, MAX_PATH));
  const { logsRequests, deployment: { region, executionId } } = config;
  return {
    close(status, code) {
      if (!logsRequests) return;
      const ms = Math.round(performance.now() - started);
      const line = { fn, method, pathname, status, code, ms };
      const where = { requestId, region, executionId };
      // deno-lint-ignore no-console -- the platform collects stdout
      console.log(JSON.stringify({ ...line, ...where }));
    },
  };
}

/** Writes, counts and reports what came of a job that has outlived its answer. */
export function logWork(
  job: string,
  facts: Readonly<Record<string, unknown>> & { readonly run: string },
  { config, meter, journal }: Pick<Scope, "config" | "meter" | "journal">,
): void {
  reportWork(job, { function: job, requestId: facts.run }, { config, journal });
  meter.count(COUNTED.runs, { job });
  flushSoon(meter.name, config);
  if (!config.logsRequests) return;
  // deno-lint-ignore no-console -- the platform collects stdout
  console.log(JSON.stringify({ fn: job, ...facts }));
}
