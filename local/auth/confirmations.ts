/**
 * What a token does to a person once it has been shown.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { record } from "./audit.ts";
import { whenSqlFails } from "./errors.ts";
import { identityOf, sayIdentity } from "./identities.ts";
import { clearToken, clearTokens, type FoundToken } from "./one_time_tokens.ts";
import { hashPassword, randomPassword } from "./passwords.ts";
import type { AuthSettings } from "./settings.ts";
import { findUser, type User } from "./users.ts";

const BY_EMAIL = { provider: "email" };

/** The address is theirs: who signed up or was asked in may sign in. */
export async function confirmSignUp(
  sql: Sql,
  user: User,
  bcryptCost: number,
): Promise<void> {
  if (!user.passwordHash && user.invitedAt !== null) {
    // Nobody knows it. The page they land on asks for one that they know.
    const hash = await hashPassword(sql, randomPassword(), bcryptCost);
    await sql.query(
      "update auth.users set encrypted_password = $2 where id = $1",
      [user.id, hash],
    );
  }
  await record(sql, user, { action: "user_signedup", traits: BY_EMAIL });
  await confirm(sql, user);
  await sql.query(VERIFY_IDENTITY, [user.id, user.email]);
}

const VERIFY_IDENTITY = `update auth.identities set
    identity_data = identity_data || '{"email_verified": true}',
    updated_at = now()
  where user_id = $1 and email = lower($2::text)`;

/** They have the mailbox, which is as good as a password, and confirms it. */
export async function recover(sql: Sql, user: User): Promise<void> {
  await sql.query("update auth.users set recovery_token = '' where id = $1", [
    user.id,
  ]);
  await clearTokens(sql, user.id);
  if (user.emailConfirmedAt !== null) {
    await record(sql, user, { action: "login" });
    return;
  }
  await record(sql, user, { action: "user_signedup", traits: BY_EMAIL });
  await confirm(sql, user);
}

async function confirm(sql: Sql, user: User): Promise<void> {
  await sql.query(CONFIRM, [user.id]);
  await clearTokens(sql, user.id);
}

const CONFIRM = `update auth.users set
    confirmation_token = '', email_confirmed_at = now(), updated_at = now(),
    raw_user_meta_data = coalesce(raw_user_meta_data, '{}')
      || '{"email_verified": true}'
  where id = $1`;

/**
 * One address has agreed to the change. Whether that was enough: where people
 * confirm addresses at all, both may have to agree.
 */
export async function agreeToChange(
  sql: Sql,
  { user, token }: { readonly user: User; readonly token: FoundToken },
  settings: Pick<AuthSettings, "confirmEmail" | "doubleConfirmChanges">,
): Promise<boolean> {
  const { confirmEmail, doubleConfirmChanges } = settings;
  const needsBoth = confirmEmail && doubleConfirmChanges && user.email !== null;
  if (needsBoth && !user.emailChangeIsHalfway) {
    await clearToken(sql, token);
    await sql.query(
      "update auth.users set email_change_confirm_status = 1 where id = $1",
      [user.id],
    );
    return false;
  }
  await adoptEmail(sql, user, user.emailChange);
  return true;
}

/** Makes `email` the person's own, confirmed. They are not anonymous then. */
export async function adoptEmail(
  sql: Sql,
  user: User,
  email: string,
): Promise<void> {
  await record(sql, user, { action: "user_modified" });
  await sql.query(ADOPT, [user.id, email])
    .catch(whenSqlFails("Error confirm email"));
  if (user.emailConfirmedAt === null) await confirm(sql, user);
  await clearTokens(sql, user.id);
  const data = { ...identityOf(user.id, email), "email_verified": true };
  await sayIdentity(sql, user.id, { provider: "email", whole: data });
}

const ADOPT = `update auth.users set
    email = $2, email_change = '', email_change_token_new = '',
    email_change_token_current = '', email_change_confirm_status = 0,
    is_anonymous = false, updated_at = now()
  where id = $1`;

/** Says in `app_metadata` which identities there are, and reads the person. */
export async function withProviders(sql: Sql, user: User): Promise<User> {
  await sql.query(SAY_PROVIDERS, [user.id]);
  const found = await findUser(sql, user.id);
  if (found === undefined) throw new Error(`User ${user.id} is gone`);
  return found;
}

const SAY_PROVIDERS = `update auth.users set raw_app_meta_data =
    coalesce(raw_app_meta_data, '{}') || jsonb_build_object(
      'provider', providers.names -> 0, 'providers', providers.names
    )
  from (
    select jsonb_agg(provider order by created_at, id) as names
    from auth.identities where user_id = $1
  ) providers
  where id = $1 and providers.names is not null`;
