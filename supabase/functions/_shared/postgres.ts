/**
 * Calls of the functions in schema `portico_api`.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Schema } from "./input.ts";
import { databaseUnavailable } from "./rpc.ts";

/**
 * Runs `portico_api.<name>` and checks its answer against `schema`: what a
 * migration answers and what the code expects can drift apart.
 *
 * @throws {Problem} "Database unavailable" if nothing answered.
 */
export async function callSql<Output>(
  client: SupabaseClient,
  name: string,
  given: Readonly<Record<string, unknown>>,
  schema: Schema<Output>,
): Promise<Output> {
  const { data, error, status } = await client.schema("portico_api")
    .rpc(name, given);
  if (error !== null) {
    const { code, message } = error;
    const cause = new Error(`portico_api.${name}: ${code} ${message}`);
    if (status !== 0 && status < 500) throw cause;
    throw databaseUnavailable(cause);
  }

  const result = await schema["~standard"].validate(data);
  if (!result.issues) return result.value;
  throw new TypeError(`Cannot read the answer of portico_api.${name}`);
}
