/**
 * From a verified token's payload to the person it stands for. No I/O.
 *
 * A signature proves who wrote a payload, not that it says what we expect:
 * every claim's type is checked before its value.
 *
 * @module
 */

/** A signed-in person. */
export interface User {
  readonly kind: "user";
  /** `auth.users.id`: a UUID in lower case. */
  readonly id: string;
  /** The Postgres role that the token acts as: `authenticated`, or one of yours. */
  readonly role: string;
  /** `app_metadata.role`, which only the service can write. */
  readonly appRole: string | undefined;
  /** `aal2` after a second factor. From the claim alone, never from metadata. */
  readonly aal: "aal1" | "aal2";
  /** Whether nobody knows who it is: they have signed in without an account. */
  readonly isAnonymous: boolean;
  /** `auth.sessions.id`, a UUID. */
  readonly sessionId: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Roles that are keys or belong to the platform: no person signs in as one. */
const NOT_PEOPLE =
  /^(anon|service_role|postgres|authenticator|dashboard_user|pgbouncer|supabase_.*|pg_.*)$/;

/**
 * The user of `claims`, or `undefined` if they are not a user's.
 *
 * @example A service key is nobody
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { userOf } from "./claims.ts";
 *
 * const sub = "7f3c0b1e-0000-4000-8000-000000000001";
 * const session = { session_id: sub, exp: 2_000_000_000 };
 * const claims = { ...session, sub, aud: "authenticated" };
 * equal(userOf({ ...claims, role: "authenticated" })?.id, sub);
 * equal(userOf({ ...claims, role: "service_role" }), undefined);
 * ```
 */
export function userOf(
  claims: Readonly<Record<string, unknown>>,
): User | undefined {
  const { sub, role, exp, aud, aal, session_id: sessionId } = claims;
  const { is_anonymous: isAnonymous } = claims;
  if (!isUuid(sub) || !isUuid(sessionId) || !isRole(role)) return undefined;
  if (!Number.isFinite(exp) || aud !== "authenticated") return undefined;
  return {
    kind: "user",
    id: sub,
    role,
    appRole: appRoleOf(claims),
    aal: aal === "aal2" ? "aal2" : "aal1",
    isAnonymous: isAnonymous !== undefined && isAnonymous !== false,
    sessionId,
  };
}

function isUuid(value: unknown): value is string {
  return typeof value === "string" && UUID.test(value);
}

function isRole(value: unknown): value is string {
  return typeof value === "string" && /^[a-z_][a-z0-9_]{0,62}$/.test(value) &&
    !NOT_PEOPLE.test(value);
}

function appRoleOf(
  { app_metadata: metadata }: Readonly<Record<string, unknown>>,
): string | undefined {
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const role = "role" in metadata ? metadata.role : undefined;
  return typeof role === "string" ? role : undefined;
}
