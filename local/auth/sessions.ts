/**
 * Sessions: one for each sign-in, with the refresh tokens that keep it alive.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { describeUser, type UserJson } from "./user_json.ts";
import { findUser, type User } from "./users.ts";

/** How somebody proved who they are, and when, in seconds since 1970. */
export interface Method {
  readonly method: string;
  readonly timestamp: number;
}

/** What a session says about itself in its tokens. */
export interface Session {
  readonly id: string;
  readonly aal: string;
  /** The latest first. */
  readonly amr: readonly Method[];
}

/** Everything that a client is told when it gets tokens. */
export interface Grant {
  readonly user: User;
  readonly userJson: UserJson;
  readonly session: Session;
  readonly refreshToken: string;
}

/** Where a session is used from. */
export interface Device {
  readonly userAgent: string | null;
  readonly ip: string | null;
}

/** What the request says about the device. */
export function deviceOf({ headers }: Request): Device {
  const [ip = null] = headers.get("x-forwarded-for")?.split(",") ?? [];
  return { userAgent: headers.get("user-agent"), ip };
}

/** Without a proxy in front, everybody is on this machine. */
export function addressOf(request: Request): string {
  return deviceOf(request).ip ?? "127.0.0.1";
}

/**
 * A new session of somebody who has just proved who they are, by `method`:
 * "password", "otp".
 */
export async function openSession(
  sql: Sql,
  user: User,
  device: Device,
  method: string,
): Promise<Grant> {
  const id = crypto.randomUUID();
  await sql.query(INSERT, [id, user.id, device.userAgent, device.ip]);
  await addMethod(sql, id, method);
  await sql.query(
    "update auth.users set last_sign_in_at = now() where id = $1",
    [user.id],
  );
  const refreshToken = await addToken(sql, { sessionId: id, userId: user.id });
  return await grant(sql, id, refreshToken);
}

const INSERT = `insert into auth.sessions
    (id, user_id, created_at, updated_at, aal, user_agent, ip)
  values ($1, $2, now(), now(), 'aal1', $3,
    case when pg_input_is_valid($4::text, 'inet') then $4::text::inet end)`;

/** Says how the person has proved who they are, in this session too. */
export async function addMethod(
  sql: Sql,
  sessionId: string,
  method: string,
): Promise<void> {
  await sql.query(ADD_METHOD, [sessionId, crypto.randomUUID(), method]);
}

const ADD_METHOD = `insert into auth.mfa_amr_claims
    (session_id, id, created_at, updated_at, authentication_method)
  values ($1, $2, now(), now(), $3)
  on conflict (session_id, authentication_method)
    do update set updated_at = now()`;

/** Tells what the rows say now about a session and its person. */
export async function grant(
  sql: Sql,
  sessionId: string,
  refreshToken: string,
): Promise<Grant> {
  const session = await findSession(sql, sessionId);
  const user = session && await findUser(sql, session.userId);
  if (session === undefined || user === undefined) {
    throw new Error(`Session ${sessionId} is gone`);
  }
  return {
    user,
    userJson: await describeUser(sql, user),
    session,
    refreshToken,
  };
}

/** The session with this id. */
export async function findSession(
  sql: Sql,
  id: string,
): Promise<Session & { readonly userId: string } | undefined> {
  const [row] = await sql.query<{ userId: string; aal: string }>(
    `select user_id as "userId", coalesce(aal, 'aal1') as aal
     from auth.sessions where id = $1`,
    [id],
  );
  if (row === undefined) return undefined;
  const amr = await sql.query<Method>(
    `select authentication_method as method,
       floor(extract(epoch from updated_at))::int as timestamp
     from auth.mfa_amr_claims where session_id = $1 order by updated_at desc`,
    [id],
  );
  return { ...row, id, amr };
}

/** Which refresh token to add, and to what. */
export interface TokenOf {
  readonly sessionId: string;
  readonly userId: string;
  /** The token that was given for it. */
  readonly parent?: string;
}

/** A fresh refresh token of a session. */
export async function addToken(sql: Sql, of: TokenOf): Promise<string> {
  const token = randomToken();
  await sql.query(
    `insert into auth.refresh_tokens (instance_id, token, user_id, session_id,
       parent, revoked, created_at, updated_at)
     values ('00000000-0000-0000-0000-000000000000', $1, $2, $3, $4, false,
       now(), now())`,
    [token, of.userId, of.sessionId, of.parent ?? null],
  );
  return token;
}

const LETTERS =
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** 12 letters and digits: 71 bits. */
function randomToken(): string {
  let token = "";
  while (token.length < 12) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    // 248 is the last multiple of 62: every letter is as likely as any other.
    if (byte < 248) token += LETTERS.charAt(byte % 62);
  }
  return token;
}

/** Which of a person's sessions to end. */
export type Scope = "global" | "local" | "others";

/** Ends sessions; their refresh tokens go with them. */
export async function closeSessions(
  sql: Sql,
  of: { readonly userId: string; readonly sessionId?: string | undefined },
  scope: Scope,
): Promise<void> {
  // A token that names no session speaks for all of them.
  const which = of.sessionId === undefined ? "global" : scope;
  await sql.query(
    `delete from auth.sessions where user_id = $1 and case $3
       when 'local' then id = $2::uuid
       when 'others' then id <> $2::uuid
       else true
     end`,
    [of.userId, of.sessionId ?? null, which],
  );
}
