/**
 * Who may use a route: a signed-in person, or the service.
 *
 * @module
 */
import { decodeJwt, errors } from "jose";
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { bearerOf } from "../keys.ts";
import { type Actor, serviceNamed } from "./audit.ts";
import type { Call } from "./call.ts";
import { type Refusal, refusal } from "./errors.ts";
import { findSession, type Session } from "./sessions.ts";
import { findUser, type User } from "./users.ts";

const noAuthorization = refusal(401, "no_authorization");
const badJwt = refusal(403, "bad_jwt");
const badSubject = refusal(400, "bad_jwt");
const userNotFound = refusal(403, "user_not_found");
const sessionNotFound = refusal(403, "session_not_found");
const userBanned = refusal(403, "user_banned");
const notAdmin = refusal(403, "not_admin");

/** Somebody whose token is good, and who is still there. */
export interface Caller {
  readonly user: User;
  /** Absent when the token names none. */
  readonly session: Session | undefined;
}

/**
 * The person whose token came with the request.
 *
 * @throws {Refusal} As the server: by what is wrong with the token, then by
 * what has become of the person and the session since it was signed.
 */
export async function requireUser(sql: Sql, call: Call): Promise<Caller> {
  const bearer = bearerOf(call.request);
  if (bearer === undefined) {
    throw noAuthorization("This endpoint requires a valid Bearer token");
  }
  const { sub, session_id: sessionId } = claimsOf(call);
  if (typeof sub !== "string") {
    throw badJwt("invalid claim: missing sub claim");
  }
  if (!isUuid(sub)) {
    throw badSubject("invalid claim: sub claim must be a UUID");
  }
  const user = await findUser(sql, sub);
  if (user === undefined) {
    throw userNotFound("User from sub claim in JWT does not exist");
  }
  const session = await sessionNamed(sql, sessionId);
  if (user.isBanned) throw userBanned("User is banned");
  return { user, session };
}

async function sessionNamed(
  sql: Sql,
  id: unknown,
): Promise<Session | undefined> {
  if (id === undefined || id === "") return undefined;
  if (!isUuid(id)) {
    throw badJwt("invalid claim: session_id claim must be a UUID");
  }
  const session = await findSession(sql, id);
  if (session !== undefined) return session;
  throw sessionNotFound("Session from session_id claim in JWT does not exist");
}

/** Lets only the service through, and says who it is for the audit log. */
export function requireAdmin(call: Call): Actor {
  const { role } = claimsOf(call);
  if (role === "service_role" || role === "supabase_admin") {
    return serviceNamed(role);
  }
  throw notAdmin("User not allowed");
}

/** Whether `value` may be compared with a `uuid` column. */
export function isUuid(value: unknown): value is string {
  return v.is(UUID, value);
}

const UUID = v.pipe(v.string(), v.uuid());

function claimsOf(call: Call): Readonly<Record<string, unknown>> {
  const { identity, request } = call;
  if ("claims" in identity) return identity.claims;
  throw unusable(bearerOf(request) ?? "");
}

function unusable(token: string): Refusal {
  const why = hasExpired(token)
    ? "token has invalid claims: token is expired"
    : "token signature is invalid";
  return badJwt(`invalid JWT: unable to parse or verify signature, ${why}`);
}

/** Only for the words: whether the token is good was decided before. */
function hasExpired(token: string): boolean {
  try {
    const { exp = Infinity } = decodeJwt(token);
    return exp * 1000 < Date.now();
  } catch (error) {
    if (error instanceof errors.JWTInvalid) return false;
    throw error;
  }
}
