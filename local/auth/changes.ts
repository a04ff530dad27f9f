/**
 * Changing people: by themselves, and by the service.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { identityOf, phoneIdentityOf, sayIdentity } from "./identities.ts";
import { mergeMetadata } from "./metadata.ts";
import { clearTokens } from "./one_time_tokens.ts";
import { hashPassword } from "./passwords.ts";
import { findUser, type Metadata, type User } from "./users.ts";

/** What changes; what is absent stays. */
export interface Changes {
  /** As `normaliseEmail` writes it. */
  readonly email?: string | undefined;
  /** As `normalisePhone` writes it. */
  readonly phone?: string | undefined;
  readonly password?: string | undefined;
  readonly role?: string | undefined;
  readonly confirmEmail?: boolean;
  readonly confirmPhone?: boolean;
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
  const { email, phone, password } = changes;
  const { confirmEmail = false, confirmPhone = false } = changes;
  const hash = password === undefined
    ? null
    : await hashPassword(sql, password, bcryptCost);
  // Whoever changes how somebody is reached, or the password, may not trust
  // what was asked for before.
  const isUntrusted = [password, email, phone]
    .some((it) => it !== undefined);
  const verified = confirmEmail ? { "email_verified": true } : {};
  await sql.query(UPDATE, [
    user.id,
    email ?? null,
    hash,
    changes.role ?? null,
    confirmEmail,
    mergeMetadata(user.appMetadata, changes.appMetadata),
    mergeMetadata({ ...user.userMetadata, ...verified }, changes.userMetadata),
    changes.banMs ?? null,
    phone ?? null,
    confirmPhone,
    isUntrusted,
  ]);
  if (isUntrusted || confirmEmail || confirmPhone) {
    await clearTokens(sql, user.id);
  }
  await changeIdentities(sql, user, changes);
  return await findUser(sql, user.id) ?? user;
}

/** Says in the identities how somebody is reached now. */
async function changeIdentities(
  sql: Sql,
  { id }: User,
  changes: Changes,
): Promise<void> {
  const { email, phone, confirmEmail = false, confirmPhone = false } = changes;
  if (email !== undefined) {
    const changes = { email, "email_verified": confirmEmail };
    const whole = { ...identityOf(id, email), ...changes };
    await sayIdentity(sql, id, { provider: "email", whole, changes });
  }
  if (phone !== undefined) {
    const changes = { phone, "phone_verified": confirmPhone };
    const whole = { ...phoneIdentityOf(id, phone), ...changes };
    await sayIdentity(sql, id, { provider: "phone", whole, changes });
  }
}

const UPDATE = `update auth.users set
    email = coalesce($2::text, email),
    phone = coalesce($9::text, phone),
    encrypted_password = coalesce($3::text, encrypted_password),
    confirmation_token = case
      when $11::boolean or $5::boolean or $10::boolean then ''
      else confirmation_token
    end,
    recovery_token = case when $11::boolean then '' else recovery_token end,
    email_change_token_new =
      case when $11::boolean then '' else email_change_token_new end,
    email_change_token_current =
      case when $11::boolean then '' else email_change_token_current end,
    reauthentication_token =
      case when $11::boolean then '' else reauthentication_token end,
    role = coalesce($4::text, role),
    email_confirmed_at =
      case when $5::boolean then now() else email_confirmed_at end,
    phone_confirmed_at =
      case when $10::boolean then now() else phone_confirmed_at end,
    is_anonymous = is_anonymous
      and not ($2::text is not null and $5::boolean)
      and not ($9::text is not null and $10::boolean),
    raw_app_meta_data = $6::jsonb,
    raw_user_meta_data = $7::jsonb,
    banned_until = case
      when $8::float8 is null then banned_until
      when $8::float8 = 0 then null
      else now() + $8::float8 * interval '1 millisecond'
    end,
    updated_at = now()
  where id = $1`;
