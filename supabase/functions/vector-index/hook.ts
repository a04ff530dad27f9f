/**
 * Calls that say that a table has changed: database webhooks, as the dashboard
 * makes them, which carry a secret in a header of their own.
 *
 * @module
 */
import * as v from "valibot";
import type { Message } from "../_shared/caller.ts";
import type { Config } from "../_shared/config.ts";
import { fields } from "../_shared/fields.ts";
import { problem } from "../_shared/problem.ts";
import { isSameSecret } from "../_shared/same_secret.ts";

const badHeader = problem(401, "Webhook secret not valid");

/** Set by whoever makes the webhook, in its form. */
const HEADER = "x-webhook-secret";

/** A call whose sender knows `WEBHOOK_HEADER_SECRET`. */
export interface Hook {
  readonly kind: "hook";
}

/** Requires the secret header. */
export async function hook(
  { request }: Message,
  config: Config,
): Promise<Hook | undefined> {
  const given = request.headers.get(HEADER);
  if (given === null) return undefined;
  const { webhookHeaderSecret: secret } = config;
  if (secret !== undefined && await isSameSecret(given, secret)) {
    return { kind: "hook" };
  }
  throw badHeader("The delivery does not carry our secret");
}

const name = (what: string) =>
  v.pipe(
    v.string(`Must be the name of a ${what}`),
    v.maxLength(63, "Must have at most 63 characters"),
  );

/** What is there is not believed: it says where to look, and no more. */
const row = v.nullish(v.unknown());

/**
 * As the dashboard's webhooks have it, and the source of the shape is
 * https://supabase.com/docs/guides/database/webhooks.
 */
export const delivery = fields({
  type: v.picklist(
    ["INSERT", "UPDATE", "DELETE", "TRUNCATE"],
    "Must be INSERT, UPDATE, DELETE or TRUNCATE",
  ),
  schema: name("schema"),
  table: name("table"),
  record: row,
  "old_record": row,
});
