/**
 * People: the row, finding it, making it, and how it is shown.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { refusal } from "./errors.ts";
import { identityOf, phoneIdentityOf, sayIdentity } from "./identities.ts";
import { mergeMetadata } from "./metadata.ts";
import { hashPassword } from "./passwords.ts";

const emailExists = refusal(422, "email_exists");
const phoneExists = refusal(422, "phone_exists");

/** Free-form facts about a person. */
export type Metadata = Readonly<Record<string, unknown>>;

/** A row of `auth.users`. */
export interface User {
  readonly id: string;
  readonly aud: string | null;
  readonly role: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly passwordHash: string | null;
  readonly emailConfirmedAt: Date | null;
  readonly phoneConfirmedAt: Date | null;
  readonly confirmedAt: Date | null;
  readonly invitedAt: Date | null;
  readonly confirmationSentAt: Date | null;
  readonly recoverySentAt: Date | null;
  readonly reauthenticationSentAt: Date | null;
  /** The address that is to be theirs; empty when none is. */
  readonly emailChange: string;
  readonly emailChangeSentAt: Date | null;
  /** Whether the old or the new address has agreed, and the other has not. */
  readonly emailChangeIsHalfway: boolean;
  readonly lastSignInAt: Date | null;
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
  readonly bannedUntil: Date | null;
  readonly deletedAt: Date | null;
  readonly isBanned: boolean;
  readonly isAnonymous: boolean;
  /** What the service says about the person: roles, plans. */
  readonly appMetadata: Metadata;
  /** What the person says about themselves. Proves nothing. */
  readonly userMetadata: Metadata;
}

/** What a `select` of a `User` says, for those who look for people. */
export const USER_COLUMNS = `id, aud, role, email, phone,
  encrypted_password as "passwordHash",
  email_confirmed_at as "emailConfirmedAt",
  phone_confirmed_at as "phoneConfirmedAt",
  confirmed_at as "confirmedAt", invited_at as "invitedAt",
  confirmation_sent_at as "confirmationSentAt",
  recovery_sent_at as "recoverySentAt",
  reauthentication_sent_at as "reauthenticationSentAt",
  coalesce(email_change, '') as "emailChange",
  email_change_sent_at as "emailChangeSentAt",
  coalesce(email_change_confirm_status, 0) <> 0 as "emailChangeIsHalfway",
  last_sign_in_at as "lastSignInAt",
  created_at as "createdAt", updated_at as "updatedAt",
  banned_until as "bannedUntil", deleted_at as "deletedAt",
  coalesce(banned_until > now(), false) as "isBanned",
  is_anonymous as "isAnonymous",
  coalesce(raw_app_meta_data, '{}') as "appMetadata",
  coalesce(raw_user_meta_data, '{}') as "userMetadata"`;

/** The person with this id, also when soft-deleted. */
export async function findUser(
  sql: Sql,
  id: string,
): Promise<User | undefined> {
  const query = `select ${USER_COLUMNS} from auth.users where id = $1`;
  return (await sql.query<User>(query, [id]))[0];
}

/**
 * The person who signs in with this address. Who was made for another audience
 * does not sign in here.
 */
export async function findUserByEmail(
  sql: Sql,
  email: string,
): Promise<User | undefined> {
  const query = `select ${USER_COLUMNS} from auth.users
    where lower(email) = lower($1) and aud = 'authenticated'
      and not is_sso_user`;
  return (await sql.query<User>(query, [email]))[0];
}

/** Refuses an address that somebody has. */
export async function requireFree(sql: Sql, email: string): Promise<void> {
  if (await findUserByEmail(sql, email) === undefined) return;
  throw emailExists(
    "A user with this email address has already been registered",
  );
}

/** Refuses a number that somebody has. */
export async function requireFreePhone(
  sql: Sql,
  phone: string,
): Promise<void> {
  const owners = await sql.query("select from auth.users where phone = $1", [
    phone,
  ]);
  if (owners.length === 0) return;
  throw phoneExists("Phone number already registered by another user");
}

/** Somebody to be. With neither address nor number they are anonymous. */
export interface NewUser {
  /** As `normaliseEmail` writes it. */
  readonly email?: string;
  /** As `normalisePhone` writes it. */
  readonly phone?: string;
  /** Without one, or its hash, they cannot sign in with a password. */
  readonly password?: string;
  /** In place of the password: one that `isPasswordHash` knows. */
  readonly passwordHash?: string;
  /** A new UUID unless given. */
  readonly id?: string;
  /** Whom their tokens are for: `authenticated` unless given. */
  readonly aud?: string;
  /** The Postgres role of their tokens: `authenticated` unless given. */
  readonly role?: string;
  /** Merged with what the identities say; null removes a key. */
  readonly appMetadata?: Metadata;
  readonly userMetadata?: Metadata;
  /** What the person's e-mail identity says beside the usual. */
  readonly identityData?: Metadata;
  /** Whether the address counts as theirs. It does unless this is false. */
  readonly confirmed?: boolean;
  /** Whether the number counts as theirs. It does not unless this is true. */
  readonly phoneConfirmed?: boolean;
}

/** Makes a person. For seeding, too. */
export async function createUser(
  sql: Sql,
  user: NewUser,
  bcryptCost: number,
): Promise<User> {
  const { email, phone, password, id = crypto.randomUUID() } = user;
  const confirmed = email !== undefined && (user.confirmed ?? true);
  // The server wants the empty string where there is no password.
  const hash = password === undefined
    ? user.passwordHash ?? ""
    : await hashPassword(sql, password, bcryptCost);
  await sql.query(INSERT, [
    id,
    user.role ?? "authenticated",
    email ?? null,
    hash,
    confirmed,
    mergeMetadata(providersOf(user), user.appMetadata),
    { ...user.userMetadata, ...(confirmed && { "email_verified": true }) },
    phone ?? null,
    phone !== undefined && user.phoneConfirmed === true,
    user.aud ?? "authenticated",
  ]);
  if (email !== undefined) {
    const data = { ...user.identityData, ...identityOf(id, email) };
    await sayIdentity(sql, id, { provider: "email", whole: data });
  }
  if (phone !== undefined) {
    const data = phoneIdentityOf(id, phone);
    await sayIdentity(sql, id, { provider: "phone", whole: data });
  }

  // Triggers may have changed the row.
  const made = await findUser(sql, id);
  if (made === undefined) throw new Error(`A trigger removed user ${id}`);
  return made;
}

function providersOf({ email, phone }: NewUser): Metadata {
  const providers = [
    ...(email === undefined ? [] : ["email"]),
    ...(phone === undefined ? [] : ["phone"]),
  ];
  const [provider] = providers;
  return provider === undefined ? {} : { provider, providers };
}

/** The server wants the empty string in these, and the zero UUID. */
const INSERT = `insert into auth.users (
    instance_id, id, aud, role, email, encrypted_password,
    email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
    created_at, updated_at, confirmation_token, recovery_token,
    email_change_token_new, email_change, phone, phone_confirmed_at,
    is_anonymous
  ) values (
    '00000000-0000-0000-0000-000000000000', $1, $10, $2, $3::text, $4,
    case when $5::boolean then now() end, $6::jsonb, $7::jsonb,
    now(), now(), '', '', '', '', $8::text,
    case when $9::boolean then now() end, coalesce($3::text, $8::text) is null
  )`;
