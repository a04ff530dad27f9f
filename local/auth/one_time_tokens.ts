/**
 * Tokens that travel in mails: a code of six digits, and a hash that the link
 * carries. The rows know the hash alone, so reading them lets nobody in.
 *
 * @module
 */
import { createHash, randomInt } from "node:crypto";
import type { Sql } from "../database.ts";

/** For each type, the column of `auth.users` that says when it was sent. */
const SENT_AT = {
  "confirmation_token": "confirmation_sent_at",
  "recovery_token": "recovery_sent_at",
  "email_change_token_new": "email_change_sent_at",
  "email_change_token_current": "email_change_sent_at",
  "reauthentication_token": "reauthentication_sent_at",
} as const;

/** What a token is for; also the column of `auth.users` that has its hash. */
export type TokenType = keyof typeof SENT_AT;

/** A token just made. */
export interface OneTimeToken {
  /** Six digits. */
  readonly code: string;
  /** With `pkce_` before it where a browser has to prove that it asked. */
  readonly hash: string;
}

/** Marks the tokens whose links answer with a code and not with a session. */
export const PKCE_PREFIX = "pkce_";

/** The hash of a code, which holds for the address it was sent to alone. */
export function hashOf(address: string, code: string): string {
  return createHash("sha224").update(address + code).digest("hex");
}

/** Which token to make, and for whom. */
export interface TokenOf {
  readonly userId: string;
  readonly type: TokenType;
  readonly address: string;
  readonly isPkce: boolean;
}

/** Makes a token. The last one of the same type is worthless from now on. */
export async function giveToken(sql: Sql, of: TokenOf): Promise<OneTimeToken> {
  const { userId, type, address, isPkce } = of;
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  const hash = (isPkce ? PKCE_PREFIX : "") + hashOf(address, code);
  // Both names come from the table above, never from a request.
  await sql.query(
    `update auth.users set ${type} = $2, ${SENT_AT[type]} = now(),
       updated_at = now() where id = $1`,
    [userId, hash],
  );
  await sql.query(INSERT, [crypto.randomUUID(), userId, type, hash, address]);
  return { code, hash };
}

const INSERT = `insert into auth.one_time_tokens
    (id, user_id, token_type, token_hash, relates_to)
  values ($1, $2, $3::auth.one_time_token_type, $4, lower($5))
  on conflict (user_id, token_type) do update set
    id = excluded.id, token_hash = excluded.token_hash,
    relates_to = excluded.relates_to, created_at = now(), updated_at = now()`;

/** A token that somebody has shown. */
export interface FoundToken {
  readonly userId: string;
  readonly type: TokenType;
  readonly hash: string;
  readonly isExpired: boolean;
}

/** The token with one of these hashes, if it is of one of these types. */
export async function findToken(
  sql: Sql,
  hashes: readonly string[],
  types: readonly TokenType[],
  expiryS: number,
): Promise<FoundToken | undefined> {
  const [found] = await sql.query<FoundToken>(FIND, [hashes, types, expiryS]);
  return found;
}

const WHEN_SENT = Object.entries(SENT_AT)
  .map(([type, column]) => `when '${type}' then u.${column}`).join(" ");

const FIND = `select t.user_id as "userId", t.token_type::text as type,
    t.token_hash as hash, coalesce(
      case t.token_type ${WHEN_SENT} end + make_interval(secs => $3) < now(),
      true
    ) as "isExpired"
  from auth.one_time_tokens t join auth.users u on u.id = t.user_id
  where t.token_hash = any($1::text[]) and t.token_type::text = any($2::text[])`;

/** Makes every token of a person worthless. */
export async function clearTokens(sql: Sql, userId: string): Promise<void> {
  await sql.query("delete from auth.one_time_tokens where user_id = $1", [
    userId,
  ]);
}

/** Makes one worthless. */
export async function clearToken(
  sql: Sql,
  { userId, type }: Pick<FoundToken, "userId" | "type">,
): Promise<void> {
  await sql.query(
    `delete from auth.one_time_tokens
       where user_id = $1 and token_type = $2::auth.one_time_token_type`,
    [userId, type],
  );
  await sql.query(`update auth.users set ${type} = '' where id = $1`, [userId]);
}
