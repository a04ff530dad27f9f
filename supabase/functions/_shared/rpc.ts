/**
 * Calls of the functions in schema `portico_api` without a client, for whoever
 * would load it for nothing else: as `postgres.ts`, which has it.
 *
 * @module
 */
import type { Send } from "./get.ts";
import type { Schema } from "./input.ts";
import { type Problem, problem } from "./problem.ts";

const unavailable = problem(503, "Database unavailable");

/** Seconds a caller should wait: longer than a restart of PostgREST takes. */
const RETRY_S = 5;

/**
 * Runs `portico_api.<name>` and checks its answer against `schema`.
 *
 * @throws {Problem} "Database unavailable" if nothing answered.
 */
export async function callRpc<Output>(
  send: Send,
  name: string,
  given: Readonly<Record<string, unknown>>,
  schema: Schema<Output>,
): Promise<Output> {
  const response = await send(
    "POST",
    `/rest/v1/rpc/${name}`,
    JSON.stringify(given),
    { "content-type": "application/json", "content-profile": "portico_api" },
  ).catch((cause) => {
    throw databaseUnavailable(cause);
  });
  const text = await response.text();
  if (!response.ok) {
    const cause = new Error(`portico_api.${name}: ${response.status} ${text}`);
    throw response.status < 500 ? cause : databaseUnavailable(cause);
  }
  const answer = text === "" ? null : JSON.parse(text);
  const result = await schema["~standard"].validate(answer);
  if (!result.issues) return result.value;
  throw new TypeError(`Cannot read the answer of portico_api.${name}`);
}

/** Nothing has answered, because of `cause`. */
export function databaseUnavailable(cause: unknown): Problem {
  const headers = { "retry-after": String(RETRY_S) };
  const detail = "Cannot reach the database at the moment";
  return unavailable(detail, {}, { headers, cause });
}
