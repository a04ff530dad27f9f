/**
 * Which route a request takes. No I/O.
 *
 * @module
 */
import { problem } from "./problem.ts";

/** Also for a path that is not below the function. */
export const notFound = problem(404, "Not found");
const methodNotAllowed = problem(405, "Method not allowed");

/**
 * `POST /complete`, `GET /{id}`, `GET /public/{bucket}/{path...}`: a method and a
 * path below the function's. What is in braces takes one segment, or at the end
 * with dots all that are left, as they stand in the URL.
 */
export type Pattern = `${
  | "GET"
  | "POST"
  | "PUT"
  | "PATCH"
  | "DELETE"} /${string}`;

/** What a function has at each of its patterns. */
export type Routes<Route> = Readonly<Record<Pattern, Route>>;

/** The route of a request, and what its pattern took from the path. */
export interface Match<Route> {
  readonly route: Route;
  /** The path of its pattern: many requests have it in common. */
  readonly template: string;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * The route for `method` and `path`, which begins with a slash. HEAD takes the
 * route of GET: RFC 9110 §9.3.2.
 *
 * @throws {Problem} "Not found", or "Method not allowed" with an `allow` header.
 */
export function matchRoute<Route>(
  routes: Routes<Route>,
  method: string,
  path: string,
): Match<Route> {
  const allowed: string[] = [];
  for (const [pattern, route] of Object.entries(routes)) {
    const [wanted = "", template = ""] = pattern.split(" ");
    const params = matchPath(template, path);
    if (params === undefined) continue;
    const methods = wanted === "GET" ? ["GET", "HEAD"] : [wanted];
    if (methods.includes(method)) return { route, template, params };
    allowed.push(...methods);
  }
  if (allowed.length === 0) throw notFound(`Nothing is at ${path}`);
  const allow = [...new Set(allowed)].join(", ");
  throw methodNotAllowed(`Cannot ${method} here`, { allowed }, {
    headers: { allow },
  });
}

/** Every method of every route, for a preflight. */
export function methodsOf(routes: Routes<unknown>): string[] {
  const methods = Object.keys(routes).map((pattern) => pattern.split(" ")[0]);
  return [...new Set(methods)].filter((it) => it !== undefined);
}

/** `{id}` takes one segment, `{path...}` the rest: ids need no decoding. */
function matchPath(
  template: string,
  path: string,
): Record<string, string> | undefined {
  const wanted = template.split("/");
  const rest = wanted.at(-1)?.match(/^\{(\w+)\.\.\.\}$/)?.[1];
  const given = path.split("/");
  if (rest !== undefined) {
    const tail = given.splice(wanted.length - 1).join("/");
    given.push(tail);
    wanted.splice(-1, 1, `{${rest}}`);
  }
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
