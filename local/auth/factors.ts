/**
 * Second factors: the rows.
 *
 * @module
 */
import type { Sql } from "../database.ts";

/** A row of `auth.mfa_factors`. */
export interface Factor {
  readonly id: string;
  readonly userId: string;
  readonly friendlyName: string;
  readonly type: string;
  readonly isVerified: boolean;
  /** Base32. Whoever knows it has the factor. */
  readonly secret: string;
  readonly phone: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastChallengedAt: Date | null;
}

const COLUMNS = `id, user_id as "userId",
  coalesce(friendly_name, '') as "friendlyName", factor_type::text as type,
  status = 'verified' as "isVerified", coalesce(secret, '') as secret,
  coalesce(phone, '') as phone, created_at as "createdAt",
  updated_at as "updatedAt", last_challenged_at as "lastChallengedAt"`;

/** What somebody has enrolled, the oldest first. */
export function findFactors(sql: Sql, userId: string): Promise<Factor[]> {
  const query = `select ${COLUMNS} from auth.mfa_factors
    where user_id = $1 order by created_at, id`;
  return sql.query<Factor>(query, [userId]);
}

/** One of somebody's own; the same nothing for another's as for none. */
export async function findFactor(
  sql: Sql,
  of: { readonly userId: string; readonly id: string },
): Promise<Factor | undefined> {
  const query = `select ${COLUMNS} from auth.mfa_factors
    where user_id = $1 and id = $2`;
  return (await sql.query<Factor>(query, [of.userId, of.id]))[0];
}

/** Whether somebody has a second factor that they have used once. */
export async function hasVerifiedFactor(
  sql: Sql,
  userId: string,
): Promise<boolean> {
  const factors = await findFactors(sql, userId);
  return factors.some((it) => it.isVerified);
}

/** Sessions that showed it have shown nothing now. */
export async function removeFactor(sql: Sql, factor: Factor): Promise<void> {
  await sql.query(FORGET_METHOD, [factor.id, factor.type]);
  await sql.query(DOWNGRADE, [factor.id]);
  await sql.query("delete from auth.mfa_factors where id = $1", [factor.id]);
}

const FORGET_METHOD = `delete from auth.mfa_amr_claims
  where authentication_method = $2
    and session_id in (select id from auth.sessions where factor_id = $1)`;

const DOWNGRADE = `update auth.sessions set aal = 'aal1', factor_id = null
  where factor_id = $1`;

/** What its row says of it. */
export function statusOf({ isVerified }: Factor): string {
  return isVerified ? "verified" : "unverified";
}

/** The `Factor` of auth-js. The secret is told once, on enrolling. */
export function describeFactor(
  factor: Factor,
): Readonly<Record<string, unknown>> {
  return {
    id: factor.id,
    "created_at": factor.createdAt,
    "updated_at": factor.updatedAt,
    status: statusOf(factor),
    "friendly_name": factor.friendlyName || undefined,
    "factor_type": factor.type,
    phone: factor.phone,
    "last_challenged_at": factor.lastChallengedAt,
  };
}
