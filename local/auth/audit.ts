/**
 * The audit log: who did what. An entry is in the transaction of what it tells,
 * so that both are there or neither.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import type { Metadata, User } from "./users.ts";

/** Whoever did it: a person, or the service. */
export type Actor = Pick<User, "id" | "email" | "phone" | "userMetadata">;

/** The service, which is nobody: named by the role of its key. */
export function serviceNamed(role: string): Actor {
  const id = "00000000-0000-0000-0000-000000000000";
  return { id, email: role, phone: null, userMetadata: {} };
}

/** What can be done, and the kind of entry that tells of it. */
const LOG_TYPES = {
  login: "account",
  logout: "account",
  "user_signedup": "team",
  "user_invited": "team",
  "user_deleted": "team",
  "user_modified": "user",
  "user_recovery_requested": "user",
  "user_confirmation_requested": "user",
  "user_repeated_signup": "user",
  "user_updated_password": "user",
  // The server has forgotten to say what kind this is.
  "user_reauthenticate_requested": "",
  "token_refreshed": "token",
  "token_revoked": "token",
  "factor_in_progress": "factor",
  "factor_unenrolled": "factor",
  "challenge_created": "factor",
  "verification_attempted": "factor",
  "factor_deleted": "factor",
  "factor_updated": "factor",
} as const;

/** Something done. */
export interface Deed {
  readonly action: keyof typeof LOG_TYPES;
  readonly traits?: Metadata;
  /** Where from. The server says it of second factors alone. */
  readonly address?: string;
}

/** Writes an entry. */
export async function record(
  sql: Sql,
  actor: Actor,
  { action, traits, address = "" }: Deed,
): Promise<void> {
  const { full_name: name } = actor.userMetadata;
  const payload = {
    action,
    "actor_id": actor.id,
    ...(name !== undefined && { "actor_name": name }),
    "actor_username": actor.phone || actor.email || "",
    "actor_via_sso": false,
    "log_type": LOG_TYPES[action],
    ...(traits && { traits }),
  };
  const id = crypto.randomUUID();
  await sql.query(INSERT, [id, payload, nextInstant(), address]);
}

const INSERT = `insert into auth.audit_log_entries
    (instance_id, id, payload, created_at, ip_address)
  values ('00000000-0000-0000-0000-000000000000', $1, $2::json,
    to_timestamp($3::float8 / 1000), $4)`;

/** Of the last entry, in milliseconds since 1970. */
let lastInstant = 0;

/** Entries keep their order where the clock cannot tell them apart. */
function nextInstant(): number {
  lastInstant = Math.max(Date.now(), lastInstant + 0.01);
  return lastInstant;
}

/** Whom something was done to, for the traits. */
export function whom(user: Pick<User, "id" | "email" | "phone">): Metadata {
  return {
    "user_id": user.id,
    "user_email": user.email ?? "",
    "user_phone": user.phone ?? "",
  };
}
