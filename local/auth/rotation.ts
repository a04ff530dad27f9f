/**
 * Refresh tokens are used once. A second use is either a client that lost our
 * answer or a thief, and this file is how the two are told apart.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { record } from "./audit.ts";
import { type Refusal, refusal } from "./errors.ts";
import { addToken, type Device, type Grant, grant } from "./sessions.ts";
import { findUser, type User } from "./users.ts";

const notFound = refusal(400, "refresh_token_not_found");
const alreadyUsed = refusal(400, "refresh_token_already_used");
const sessionNotFound = refusal(400, "session_not_found");
const sessionExpired = refusal(400, "session_expired");
const userBanned = refusal(400, "user_banned");

/** The platform's default: how long a used token may come again. */
const REUSE_INTERVAL = "10 seconds";

interface Token {
  readonly token: string;
  readonly userId: string;
  readonly sessionId: string | null;
  readonly revoked: boolean;
  readonly isOld: boolean;
  readonly sessionIsOver: boolean;
  /** The token of the session that works, and what it was given for. */
  readonly active: string | null;
  readonly activeParent: string | null;
}

/**
 * Trades a refresh token for the next one.
 *
 * A refusal is returned and not thrown: what it did to the rows must stay.
 */
export async function rotate(
  sql: Sql,
  refreshToken: string,
  device: Device,
): Promise<Grant | Refusal> {
  const [token] = await sql.query<Token>(FIND, [refreshToken, REUSE_INTERVAL]);
  const user = token && await findUser(sql, token.userId);
  if (token === undefined || user === undefined) {
    return notFound("Invalid Refresh Token: Refresh Token Not Found");
  }
  if (user.isBanned) return userBanned("Invalid Refresh Token: User Banned");
  const { sessionId } = token;
  if (sessionId === null) {
    return sessionNotFound("Invalid Refresh Token: No Valid Session Found");
  }
  if (token.sessionIsOver) {
    return sessionExpired("Invalid Refresh Token: Session Expired");
  }

  const next = await nextToken(sql, { ...token, sessionId }, user);
  if (next === undefined) {
    await sql.query(REVOKE_ALL, [sessionId]);
    return alreadyUsed("Invalid Refresh Token: Already Used");
  }
  await sql.query(TOUCH, [sessionId, device.userAgent, device.ip]);
  return await grant(sql, sessionId, next);
}

async function nextToken(
  sql: Sql,
  token: Token & { readonly sessionId: string },
  user: User,
): Promise<string | undefined> {
  if (token.revoked) {
    // Without one that works, a thief has been found before.
    if (token.active === null) return undefined;
    // The client never saw our last answer. Here it is again.
    if (token.activeParent === token.token) {
      await record(sql, user, { action: "token_refreshed" });
      return token.active;
    }
    if (token.isOld) return undefined;
  }
  await record(sql, user, { action: "token_refreshed" });
  await record(sql, user, { action: "token_revoked" });
  await sql.query(REVOKE, [token.token]);
  const { userId, sessionId } = token;
  return await addToken(sql, { userId, sessionId, parent: token.token });
}

const FIND = `select t.token, t.user_id as "userId",
    s.id as "sessionId", coalesce(t.revoked, false) as revoked,
    t.updated_at + $2::interval < now() as "isOld",
    coalesce(s.not_after < now(), false) as "sessionIsOver",
    active.token as active, active.parent as "activeParent"
  from auth.refresh_tokens t
    left join auth.sessions s on s.id = t.session_id
    left join lateral (
      select a.token, a.parent from auth.refresh_tokens a
      where a.session_id = s.id and not a.revoked order by a.id desc limit 1
    ) active on true
  where t.token = $1`;

const REVOKE = `update auth.refresh_tokens
  set revoked = true, updated_at = now() where token = $1`;

const REVOKE_ALL = `update auth.refresh_tokens
  set revoked = true, updated_at = now()
  where session_id = $1 and not revoked`;

const TOUCH = `update auth.sessions set updated_at = now(),
    refreshed_at = now() at time zone 'utc', user_agent = $2,
    ip = case when pg_input_is_valid($3::text, 'inet') then $3::text::inet end
  where id = $1`;

/**
 * Gives a session a new token because it has been raised. The one before is old
 * at once: given for a password alone, it brings nobody to a second factor.
 */
export async function replaceToken(
  sql: Sql,
  session: { readonly userId: string; readonly sessionId: string },
): Promise<string> {
  await sql.query(AGE, [session.sessionId]);
  return await addToken(sql, session);
}

const AGE = `update auth.refresh_tokens
  set revoked = true, updated_at = 'epoch' where session_id = $1`;
