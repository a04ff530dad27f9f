/**
 * Access tokens: what they say, and the answer they travel in.
 *
 * @module
 */
import type { AuthStack } from "./call.ts";
import type { Grant } from "./sessions.ts";
import type { UserJson } from "./user_json.ts";

/** The `Session` of auth-js. */
export interface SessionJson {
  readonly "access_token": string;
  readonly "token_type": "bearer";
  readonly "expires_in": number;
  readonly "expires_at": number;
  readonly "refresh_token": string;
  readonly user: UserJson;
}

/** Signs an access token for what was granted. */
export async function describeGrant(
  grant: Grant,
  { keys, url, settings }: AuthStack,
): Promise<SessionJson> {
  const issuedAt = Math.floor(Date.now() / 1000);
  const expiresAt = issuedAt + settings.jwtExpiryS;
  const times = { iat: issuedAt, exp: expiresAt, iss: `${url}/auth/v1` };
  return {
    "access_token": await keys.sign({ ...claimsOf(grant), ...times }),
    "token_type": "bearer",
    "expires_in": settings.jwtExpiryS,
    "expires_at": expiresAt,
    "refresh_token": grant.refreshToken,
    user: grant.userJson,
  };
}

/** The same as an answer. */
export async function answerGrant(
  grant: Grant,
  stack: AuthStack,
): Promise<Response> {
  return Response.json(await describeGrant(grant, stack));
}

function claimsOf({ user, session }: Grant): Record<string, unknown> {
  return {
    aud: user.aud ?? "",
    sub: user.id,
    email: user.email ?? "",
    phone: user.phone ?? "",
    "app_metadata": user.appMetadata,
    "user_metadata": user.userMetadata,
    role: user.role ?? "",
    aal: session.aal,
    amr: session.amr,
    "session_id": session.id,
    "is_anonymous": user.isAnonymous,
  };
}
