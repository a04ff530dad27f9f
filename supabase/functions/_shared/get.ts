/**
 * Reads from the project without a client, for what the client has no call for
 * and for functions that would load it for nothing else.
 *
 * @module
 */
import type { Scope } from "./route.ts";

/** A question that needs a body: it is sent as JSON, by POST. */
export interface Question {
  readonly json: unknown;
}

/** Asks for what is at `path` of the project, with more `headers`. */
export type Get = (
  path: string,
  headers: Readonly<Record<string, string>>,
  method?: "GET" | "HEAD" | Question,
) => Promise<Response>;

/** With no credential: what is public. */
export function getAsAnyone(scope: Scope): Get {
  return getWith(scope, {});
}

/** On the caller's behalf: row-level security decides. */
export function getAsCaller(scope: Scope): Get {
  const { config: { publishableKey: apikey }, bearer } = scope;
  const credentials: Record<string, string> = { apikey };
  if (bearer !== undefined) credentials["authorization"] = `Bearer ${bearer}`;
  return getWith(scope, credentials);
}

/** As the project itself: nothing is hidden. Say why, where you use it. */
export function getAsService(scope: Scope): Get {
  const apikey = serviceKey(scope);
  // Both, as supabase-js sends them: older projects have keys that are tokens.
  return getWith(scope, { apikey, authorization: `Bearer ${apikey}` });
}

/** Sends a body to what is at `path` of the project, with more `headers`. */
export type Send = (
  method: "POST" | "DELETE",
  path: string,
  body: BodyInit,
  headers: Readonly<Record<string, string>>,
) => Promise<Response>;

/** As the project itself: nothing is forbidden. Say why, where you use it. */
export function sendAsService(
  scope: Pick<Scope, "config" | "signal" | "journal">,
): Send {
  const { config: { supabaseUrl }, signal, journal } = scope;
  const apikey = serviceKey(scope);
  const credentials = { apikey, authorization: `Bearer ${apikey}` };
  return (method, path, body, headers) =>
    journal.fetch(supabaseUrl + path, {
      method,
      body,
      headers: { ...headers, ...credentials },
      redirect: "error",
      signal,
    });
}

/** The secret key that clients of the service have. */
export function serviceKey({ config }: Pick<Scope, "config">): string {
  const key = config.secretKeys["default"];
  if (key !== undefined) return key;
  throw new TypeError(
    'Cannot act as the service: SUPABASE_SECRET_KEYS has no "default"',
  );
}

function getWith(
  { config: { supabaseUrl }, signal, journal }: Scope,
  credentials: Readonly<Record<string, string>>,
): Get {
  return (path, headers, method = "GET") =>
    journal.fetch(supabaseUrl + path, {
      ...typeof method === "string" ? { method } : posted(method),
      headers: {
        ...typeof method === "string" ? {} : JSON_TYPE,
        ...headers,
        ...credentials,
      },
      // Storage sends nobody elsewhere.
      redirect: "error",
      signal,
    });
}

const JSON_TYPE = { "content-type": "application/json" };

function posted({ json }: Question) {
  return { method: "POST", body: JSON.stringify(json) };
}
