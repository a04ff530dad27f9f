/**
 * Changing people: by themselves, and by the service.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { clearTokens } from "./one_time_tokens.ts";
import { hashPassword } from "./passwords.ts";
import { findUser, identityOf, type Metadata, type User } from "./users.ts";

/** What changes; what is absent stays. */
export interface Changes {
  /** As `normaliseEmail` writes it. */
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly role?: string | undefined;
  readonly confirmEmail?: boolean;
  /** Merged, key by key; null removes one. */
  readonly appMetadata?: Metadata | null | undefined;
  readonly userMetadata?: Metadata | null | undefined;
  /** From now on; 0 lifts the ban. */
  readonly banMs?: number | undefined;
}

/** Applies `changes`, and reads the person again. */
export async function changeUser(
  sql: Sql,
  user: User,
  changes: Changes,
  bcryptCost: number,
): Promise<User> {
  const { email, password, confirmEmail = false } = changes;
  const hash = password === undefined
    ? null
    : await hashPassword(sql, password, bcryptCost);
  const verified = confirmEmail ? { "email_verified": true } : {};
  await sql.query(UPDATE, [
    user.id,
    email ?? null,
    hash,
    changes.role ?? null,
    confirmEmail,
    merge(user.appMetadata, changes.appMetadata),
    merge({ ...user.userMetadata, ...verified }, changes.userMetadata),
    changes.banMs ?? null,
  ]);
  // Whoever changes the password may not trust what was asked for before.
  if (hash !== null || confirmEmail) await clearTokens(sql, user.id);
  if (email !== undefined) {
    const data = { ...identityOf(user.id, email), ...verified };
    await sql.query(SAY_EMAIL, [user.id, data, {
      email,
      "email_verified": confirmEmail,
    }]);
  }
  return await findUser(sql, user.id) ?? user;
}

/** One level deep, as the server merges. */
function merge(
  old: Metadata,
  changes: Metadata | null | undefined,
): Metadata {
  const merged = { ...old, ...changes };
  // A null that was there before stays.
  const removed = Object.entries(changes ?? {})
    .filter(([, value]) => value === null).map(([key]) => key);
  return Object.fromEntries(
    Object.entries(merged).filter(([key]) => !removed.includes(key)),
  );
}

const UPDATE = `update auth.users set
    email = coalesce($2::text, email),
    encrypted_password = coalesce($3::text, encrypted_password),
    confirmation_token = case
      when $3::text is null and not $5::boolean then confirmation_token else ''
    end,
    recovery_token =
      case when $3::text is null then recovery_token else '' end,
    email_change_token_new =
      case when $3::text is null then email_change_token_new else '' end,
    email_change_token_current =
      case when $3::text is null then email_change_token_current else '' end,
    reauthentication_token =
      case when $3::text is null then reauthentication_token else '' end,
    role = coalesce($4::text, role),
    email_confirmed_at =
      case when $5::boolean then now() else email_confirmed_at end,
    raw_app_meta_data = $6::jsonb,
    raw_user_meta_data = $7::jsonb,
    banned_until = case
      when $8::float8 is null then banned_until
      when $8::float8 = 0 then null
      else now() + $8::float8 * interval '1 millisecond'
    end,
    updated_at = now()
  where id = $1`;

const SAY_EMAIL = `insert into auth.identities as old (
    provider_id, user_id, identity_data, provider,
    last_sign_in_at, created_at, updated_at
  ) values ($1::uuid::text, $1::uuid, $2::jsonb, 'email', now(), now(), now())
  on conflict (provider_id, provider) do update set
    identity_data = old.identity_data || $3::jsonb, updated_at = now()`;
