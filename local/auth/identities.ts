/**
 * Ways in which a person can prove who they are: the rows beside their own.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import type { Metadata } from "./users.ts";

/** What an identity says before anything is verified. */
const UNVERIFIED = { "email_verified": false, "phone_verified": false };

/** The same of an e-mail identity. */
export function identityOf(id: string, email: string): Metadata {
  return { sub: id, email, ...UNVERIFIED };
}

/** The same of a phone identity. */
export function phoneIdentityOf(id: string, phone: string): Metadata {
  return { sub: id, phone, ...UNVERIFIED };
}

/** What to say of an identity. */
export interface Said {
  readonly provider: "email" | "phone";
  /** Where there is none yet. */
  readonly whole: Metadata;
  /** Of the one that there is: merged. The whole unless given. */
  readonly changes?: Metadata;
}

/** Makes a person's identity, or changes the one that they have. */
export async function sayIdentity(
  sql: Sql,
  userId: string,
  { provider, whole, changes = whole }: Said,
): Promise<void> {
  await sql.query(SAY, [userId, provider, whole, changes]);
}

const SAY = `insert into auth.identities as old (
    provider_id, user_id, provider, identity_data,
    last_sign_in_at, created_at, updated_at
  ) values ($1::uuid::text, $1::uuid, $2, $3::jsonb, now(), now(), now())
  on conflict (provider_id, provider) do update set
    identity_data = old.identity_data || $4::jsonb, updated_at = now()`;
