/**
 * A person as clients see them: the `User` of auth-js.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { describeFactor, findFactors } from "./factors.ts";
import type { Metadata, User } from "./users.ts";

/** What `/user` answers, ready for `JSON.stringify`. */
export type UserJson = Readonly<Record<string, unknown>>;

interface Identity {
  readonly id: string;
  readonly providerId: string;
  readonly data: Metadata;
  readonly provider: string;
  readonly email: string | null;
  readonly lastSignInAt: Date | null;
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
}

/**
 * The person, their identities and factors. Times that are null are left out.
 */
export async function describeUser(sql: Sql, user: User): Promise<UserJson> {
  const identities = await sql.query<Identity>(IDENTITIES, [user.id]);
  const factors = await findFactors(sql, user.id);
  return {
    id: user.id,
    aud: user.aud ?? "",
    role: user.role ?? "",
    email: user.email ?? "",
    "email_confirmed_at": user.emailConfirmedAt ?? undefined,
    "invited_at": user.invitedAt ?? undefined,
    "confirmation_sent_at": user.confirmationSentAt ?? undefined,
    "recovery_sent_at": user.recoverySentAt ?? undefined,
    "new_email": user.emailChange || undefined,
    "email_change_sent_at": user.emailChangeSentAt ?? undefined,
    "reauthentication_sent_at": user.reauthenticationSentAt ?? undefined,
    phone: user.phone ?? "",
    "phone_confirmed_at": user.phoneConfirmedAt ?? undefined,
    "confirmed_at": user.confirmedAt ?? undefined,
    "last_sign_in_at": user.lastSignInAt ?? undefined,
    "app_metadata": user.appMetadata,
    "user_metadata": user.userMetadata,
    factors: factors.length === 0 ? undefined : factors.map(describeFactor),
    identities: identities.map((identity) => describe(identity, user)),
    "created_at": user.createdAt,
    "updated_at": user.updatedAt,
    "banned_until": user.bannedUntil ?? undefined,
    "deleted_at": user.deletedAt ?? undefined,
    "is_anonymous": user.isAnonymous,
  };
}

const IDENTITIES = `select id, provider_id as "providerId",
    identity_data as data, provider, email,
    last_sign_in_at as "lastSignInAt",
    created_at as "createdAt", updated_at as "updatedAt"
  from auth.identities where user_id = $1 order by created_at, id`;

function describe(identity: Identity, user: User): UserJson {
  return {
    // For old clients `id` is the provider's.
    "identity_id": identity.id,
    id: identity.providerId,
    "user_id": user.id,
    "identity_data": identity.data,
    provider: identity.provider,
    "last_sign_in_at": identity.lastSignInAt ?? undefined,
    "created_at": identity.createdAt,
    "updated_at": identity.updatedAt,
    email: identity.email ?? undefined,
  };
}
