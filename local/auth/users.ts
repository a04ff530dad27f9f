/**
 * People: the row, finding it, making it, and how it is shown.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { refusal } from "./errors.ts";
import { hashPassword } from "./passwords.ts";

const emailExists = refusal(422, "email_exists");

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

const COLUMNS = `id, aud, role, email, phone,
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
  const query = `select ${COLUMNS} from auth.users where id = $1`;
  return (await sql.query<User>(query, [id]))[0];
}

/** The person who signs in with this address. */
export async function findUserByEmail(
  sql: Sql,
  email: string,
): Promise<User | undefined> {
  const query = `select ${COLUMNS} from auth.users
    where lower(email) = lower($1) and not is_sso_user`;
  return (await sql.query<User>(query, [email]))[0];
}

/** Which people to list. */
export interface Listing {
  /** A part of the address, or of `full_name` in the user metadata. */
  readonly filter: string;
  readonly isOldestFirst: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** One page of everybody, the newest first unless asked otherwise. */
export function findUsers(sql: Sql, listing: Listing): Promise<User[]> {
  const { filter, isOldestFirst, offset, limit } = listing;
  const direction = isOldestFirst ? "asc" : "desc";
  const query = `select ${COLUMNS} from auth.users where ${LISTED}
    order by created_at ${direction}, id ${direction} offset $2 limit $3`;
  return sql.query<User>(query, [`%${filter}%`, offset, limit]);
}

/** How many people a filter leaves. */
export async function countUsers(sql: Sql, filter: string): Promise<number> {
  const query = `select count(*)::int as count from auth.users where ${LISTED}`;
  const [row] = await sql.query<{ count: number }>(query, [`%${filter}%`]);
  return row?.count ?? 0;
}

const LISTED = `aud = 'authenticated' and ($1 = '%%' or email like $1
  or raw_user_meta_data ->> 'full_name' ilike $1)`;

/** Refuses an address that somebody has. */
export async function requireFree(sql: Sql, email: string): Promise<void> {
  if (await findUserByEmail(sql, email) === undefined) return;
  throw emailExists(
    "A user with this email address has already been registered",
  );
}

/** Somebody to be. */
export interface NewUser {
  /** As `normaliseEmail` writes it. Without one they are anonymous. */
  readonly email?: string;
  /** Without one they cannot sign in with a password. */
  readonly password?: string;
  /** A new UUID unless given. */
  readonly id?: string;
  /** The Postgres role of their tokens: `authenticated` unless given. */
  readonly role?: string;
  readonly appMetadata?: Metadata;
  readonly userMetadata?: Metadata;
  /** What the person's e-mail identity says beside the usual. */
  readonly identityData?: Metadata;
  /** Whether the address counts as theirs. It does unless this is false. */
  readonly confirmed?: boolean;
}

/** Makes a person. For seeding, too. */
export async function createUser(
  sql: Sql,
  user: NewUser,
  bcryptCost: number,
): Promise<User> {
  const { email, password, id = crypto.randomUUID() } = user;
  const confirmed = email !== undefined && (user.confirmed ?? true);
  const provided = email === undefined ? {} : BY_EMAIL;
  await sql.query(INSERT, [
    id,
    user.role ?? "authenticated",
    email ?? null,
    // The server wants the empty string where there is no password.
    password === undefined ? "" : await hashPassword(sql, password, bcryptCost),
    confirmed,
    { ...provided, ...user.appMetadata },
    { ...user.userMetadata, ...(confirmed && { "email_verified": true }) },
  ]);
  if (email !== undefined) {
    const data = { ...user.identityData, ...identityOf(id, email) };
    await sql.query(INSERT_IDENTITY, [id, data]);
  }

  // Triggers may have changed the row.
  const made = await findUser(sql, id);
  if (made === undefined) throw new Error(`A trigger removed user ${id}`);
  return made;
}

const BY_EMAIL = { provider: "email", providers: ["email"] };

/** What an e-mail identity says before anything is verified. */
export function identityOf(id: string, email: string): Metadata {
  const unverified = { "email_verified": false, "phone_verified": false };
  return { sub: id, email, ...unverified };
}

/** The server wants the empty string in these, and the zero UUID. */
const INSERT = `insert into auth.users (
    instance_id, id, aud, role, email, encrypted_password,
    email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
    created_at, updated_at, confirmation_token, recovery_token,
    email_change_token_new, email_change, is_anonymous
  ) values (
    '00000000-0000-0000-0000-000000000000', $1, 'authenticated', $2, $3::text, $4,
    case when $5::boolean then now() end, $6::jsonb, $7::jsonb,
    now(), now(), '', '', '', '', $3::text is null
  )`;

const INSERT_IDENTITY = `insert into auth.identities (
    provider_id, user_id, identity_data, provider,
    last_sign_in_at, created_at, updated_at
  ) values ($1::uuid::text, $1::uuid, $2::jsonb, 'email', now(), now(), now())`;
