/**
 * The one path every request takes through every function.
 *
 *     cors → request id → route → answer
 *
 * What a route does with a request is in `route.ts`. The order of the steps
 * around it is here, and so is the only `catch` of a whole request.
 *
 * @module
 */
import { type Config, deployedConfig } from "./config.ts";
import {
  listedOnly,
  type Origins,
  preflight,
  requireOrigin,
  share,
} from "./cors.ts";
import {
  type Dependency,
  healthOf,
  healthWithout,
  type Setting,
} from "./health.ts";
import { answerJson } from "./json_answer.ts";
import { openLine } from "./log.ts";
import { matchRoute, methodsOf, notFound, type Routes } from "./match.ts";
import { Problem, problem } from "./problem.ts";
import { complain, report, reportRequest } from "./report.ts";
import type { Route, Scope, Visit } from "./route.ts";
import { scrub } from "./scrub.ts";
import { meterOf } from "./telemetry/flush.ts";
import { Journal, now } from "./telemetry/journal.ts";
import { countRequest } from "./telemetry/requests.ts";

const unexpected = problem(500, "Unexpected error");

const NOT_CONFIGURED = "The function is not configured";

/** Before the settings are known. What is answered then holds nothing. */
const ANY_ORIGIN = { allowedOrigins: undefined };

/** What is particular to one function. */
export interface Definition<Ports> {
  /** The folder's name: also the log field and the Sentry tag. */
  readonly name: string;
  /** The outside world as the routes see it, opened for each request. */
  readonly ports: (scope: Scope) => Ports;
  readonly routes: Routes<Route<Ports>>;
  /** What it starts without, and cannot do all of its work. */
  readonly settings?: readonly Setting[];
  /** What it asks, for `/health`: the database unless it is said. */
  readonly dependencies?: readonly Dependency[];
  /** Whether pages may call only if their origin is in the settings. */
  readonly onlyListedOrigins?: boolean;
}

/** A deployable function: `export default endpoint({ ... })`. */
export interface Endpoint<Ports> {
  fetch(this: void, request: Request): Promise<Response>;
  /** The same function in another world: these settings, these ports. */
  within(config: Config, ports?: Ports): Endpoint<Ports>;
}

/** Turns a definition into a deployable function, which also has `/health`. */
export function endpoint<Ports>(
  given: Definition<Ports>,
  config: () => Config = deployedConfig,
): Endpoint<Ports> {
  const { name, routes } = given;
  const needs = {
    name,
    settings: given.settings ?? [],
    dependencies: given.dependencies ?? ["database"],
  } as const;
  const health: Route<Ports> = (visit) => healthOf(needs, visit);
  // First, or a pattern such as `GET /{id}` would take it.
  const all = { "GET /health": health, ...routes };
  const definition = { ...given, routes: all };
  return {
    fetch: (request) => respond(definition, request, config),
    within(config, ports) {
      const opened = ports === undefined ? {} : { ports: () => ports };
      return endpoint({ ...given, ...opened }, () => config);
    },
  };
}

async function respond<Ports>(
  definition: Definition<Ports>,
  request: Request,
  settings: () => Config,
): Promise<Response> {
  const { name: fn, routes, onlyListedOrigins = false } = definition;
  const requestId = requestIdOf(request);
  const config = attempt(settings);
  const origins = config instanceof Error
    ? ANY_ORIGIN
    : onlyListedOrigins
    ? listedOnly(config)
    : config;
  if (request.method === "OPTIONS") {
    return preflight(request, methodsOf(routes), origins);
  }
  if (config instanceof Error) {
    complain(config, { function: fn, requestId });
    const answer = isHealth(fn, request)
      ? healthWithout(fn, config)
      : explain(unexpected(NOT_CONFIGURED), requestId);
    share(answer.headers, request, origins);
    return answer;
  }
  const line = openLine({ fn, request, requestId, config });
  const journal = new Journal(request.headers, config.sentry);
  const about = { config, journal };
  const trace = { function: fn, requestId };
  let code: string | undefined;

  const meter = meterOf(fn, config);
  const visit = { request, requestId, config, journal, meter };
  const response = await run(definition, { ...visit, origins })
    .then((answer) => copyOf(answer, request.method))
    .catch((error) => {
      const problem = problemOf(error);
      if (problem.status >= 500) report(error, trace, about);
      code = problem.code;
      return explain(problem, requestId);
    });

  response.headers.set("x-request-id", requestId);
  share(response.headers, request, origins);
  const { method } = request;
  const { status } = response;
  journal.close();
  const endedAt = now();
  line.close(status, code);
  reportRequest({ ...trace, method, status, code, endedAt }, about);
  countRequest(meter, { method, response, journal, endedAt }, config);
  return response;
}

/** What a caller is told of an error. Its members must be fit to be sent. */
function problemOf(error: unknown): Problem {
  const hidden = unexpected("The error was recorded");
  if (!(error instanceof Problem)) return hidden;
  return attempt(() => JSON.stringify(error)) instanceof Error ? hidden : error;
}

/** A request, before anybody knows what it is about. */
type Arrival = Omit<Visit<never>, "params" | "ports"> & {
  readonly origins: Origins;
};

async function run<Ports>(
  { name, routes, ports, onlyListedOrigins }: Definition<Ports>,
  { origins, ...visit }: Arrival,
): Promise<Response> {
  const { request, journal } = visit;
  if (onlyListedOrigins) requireOrigin(request, origins);
  const path = pathBelow(name, request);
  const { method } = request;
  const { route, template, params } = matchRoute(routes, method, path);
  journal.template = template;
  return await route({ ...visit, params, ports });
}

function isHealth(name: string, { method, url }: Request): boolean {
  return method === "GET" && new URL(url).pathname === `/${name}/health`;
}

/** `/signed-upload/complete` → `/complete`: the platform keeps the name. */
function pathBelow(name: string, request: Request): string {
  const { pathname } = new URL(request.url);
  if (pathname === `/${name}`) return "/";
  if (pathname.startsWith(`/${name}/`)) return pathname.slice(name.length + 1);
  throw notFound(`Nothing is at ${pathname}`);
}

/** The headers of a fetched answer are fixed, and HEAD has no body. */
async function copyOf(answer: Response, method: string): Promise<Response> {
  if (method !== "HEAD") return new Response(answer.body, answer);
  await answer.body?.cancel();
  return new Response(null, answer);
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The only place where a problem becomes a response. */
function explain(problem: Problem, requestId: string): Response {
  const { status } = problem;
  const headers = new Headers(problem.headers);
  headers.set("content-type", "application/problem+json");
  headers.set("x-request-id", requestId);
  headers.set("cache-control", "no-store");
  // RFC 9110 §15.5.2 requires it.
  if (status === 401 && !headers.has("www-authenticate")) {
    headers.set("www-authenticate", "Bearer");
  }
  const instance = `urn:uuid:${requestId}`;
  // A detail may name what was asked for, which may be a secret.
  const body = { ...scrub(problem.toJSON()), instance };
  return answerJson(body, { status, headers });
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The caller's id for this request if it is one, so that traces can be joined. */
function requestIdOf(request: Request): string {
  const given = request.headers.get("x-request-id");
  return given !== null && UUID.test(given) ? given : crypto.randomUUID();
}
