/**
 * What one operation of a function is: who, with what, how much, and what then.
 *
 * @module
 */
import type { Auth } from "./caller.ts";
import type { Once } from "./idempotency.ts";
import type { Schema } from "./input.ts";
import { problem } from "./problem.ts";

/** Also for a path that is not below the function. */
export const notFound = problem(404, "Not found");
const methodNotAllowed = problem(405, "Method not allowed");

/** `POST /complete`, `GET /{id}`: a method and a path below the function's. */
export type Pattern = `${
  | "GET"
  | "POST"
  | "PUT"
  | "PATCH"
  | "DELETE"} /${string}`;

/** A request that has passed every check. */
export interface Call<Caller, Input> {
  readonly caller: Caller;
  readonly input: Input;
  /** What makes a retry the same request; only if the caller sent a key. */
  readonly once: Once | undefined;
  /** Aborts when the time limit passes. */
  readonly signal: AbortSignal;
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

/** An operation whose types only it knows. */
export type Route<Ports> = <T>(
  use: <Caller, Input>(operation: Operation<Caller, Input, Ports>) => T,
) => T;

/** Ties the types of an operation's parts together. */
export function route<Caller, Input, Ports>(
  operation: Operation<Caller, Input, Ports>,
): Route<Ports> {
  return (use) => use(operation);
}

/** The route of a request, and what its pattern took from the path. */
export interface Match<Ports> {
  readonly route: Route<Ports>;
  readonly params: Readonly<Record<string, string>>;
}

/** Routes as a function states them. */
export type Routes<Ports> = Readonly<Record<Pattern, Route<Ports>>>;

/**
 * The route for `method` and `path`, which begins with a slash.
 *
 * @throws {Problem} "Not found", or "Method not allowed" with an `allow` header.
 */
export function matchRoute<Ports>(
  routes: Routes<Ports>,
  method: string,
  path: string,
): Match<Ports> {
  const allowed: string[] = [];
  for (const [pattern, route] of Object.entries(routes)) {
    const [wanted = "", template = ""] = pattern.split(" ");
    const params = matchPath(template, path);
    if (params === undefined) continue;
    if (wanted === method) return { route, params };
    allowed.push(wanted);
  }
  if (allowed.length === 0) throw notFound(`Nothing is at ${path}`);
  const allow = allowed.join(", ");
  throw methodNotAllowed(`Cannot ${method} here`, { allowed }, {
    headers: { allow },
  });
}

/** Every method of every route, for a preflight. */
export function methodsOf<Ports>(routes: Routes<Ports>): string[] {
  const methods = Object.keys(routes).map((pattern) => pattern.split(" ")[0]);
  return [...new Set(["GET", ...methods])].filter((it) => it !== undefined);
}

/** `{id}` takes one segment, as it stands: ids need no decoding. */
function matchPath(
  template: string,
  path: string,
): Record<string, string> | undefined {
  const wanted = template.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, segment] of wanted.entries()) {
    const name = segment.match(/^\{(\w+)\}$/)?.[1];
    const value = given[at] ?? "";
    if (name === undefined ? segment !== value : value === "") return undefined;
    if (name !== undefined) params[name] = value;
  }
  return params;
}
