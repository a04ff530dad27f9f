/**
 * Two ways for a person to go: with everything that refers to them, or leaving
 * a row that says nobody any more.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { clearTokens } from "./one_time_tokens.ts";
import { closeSessions } from "./sessions.ts";
import type { User } from "./users.ts";

/** Removes the row, and by its foreign keys what belongs to it. */
export async function deleteUser(sql: Sql, user: User): Promise<void> {
  await sql.query("delete from auth.users where id = $1", [user.id]);
}

/**
 * Keeps the row, so that foreign keys hold, and nothing in it that says who it
 * was. A second time changes nothing.
 */
export async function softDeleteUser(sql: Sql, user: User): Promise<void> {
  if (user.deletedAt !== null) return;
  await sql.query(BLANK_USER, [user.id]);
  await sql.query(BLANK_IDENTITIES, [user.id]);
  await sql.query("delete from auth.mfa_factors where user_id = $1", [user.id]);
  await clearTokens(sql, user.id);
  await closeSessions(sql, { userId: user.id }, "global");
}

/** base64url of the SHA-256 of the id and the value, as the server writes it. */
function obscured(value: string): string {
  const digest = `extensions.digest(id_of || ${value}, 'sha256')`;
  return `rtrim(translate(encode(${digest}, 'base64'), '+/', '-_'), '=')`;
}

const BLANK_USER = `update auth.users set
    email = ${obscured("coalesce(email, '')")},
    phone = left(${obscured("coalesce(phone, '')")}, 15),
    email_change = ${obscured("coalesce(email_change, '')")},
    phone_change = left(${obscured("coalesce(phone_change, '')")}, 15),
    encrypted_password = null, confirmation_token = '', recovery_token = '',
    email_change_token_current = '', email_change_token_new = '',
    phone_change_token = '', raw_app_meta_data = '{}',
    raw_user_meta_data = '{}', deleted_at = now(), updated_at = now()
  from (select $1::uuid::text as id_of) as own where id = $1::uuid`;

const BLANK_IDENTITIES = `update auth.identities set
    provider_id = ${obscured("provider || ':' || provider_id")},
    identity_data = '{}', updated_at = now()
  from (select $1::uuid::text as id_of) as own where user_id = $1::uuid`;
