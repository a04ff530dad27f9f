/**
 * Access tokens: what they say, and the answer they travel in.
 *
 * @module
 */
import type { AuthStack } from "./call.ts";
import type { Grant } from "./sessions.ts";

/** The platform's default. */
const LIFETIME_S = 3600;

/** The `Session` of auth-js. */
export async function answerGrant(
  grant: Grant,
  { keys, url }: AuthStack,
): Promise<Response> {
  const issuedAt = Math.floor(Date.now() / 1000);
  const expiresAt = issuedAt + LIFETIME_S;
  const times = { iat: issuedAt, exp: expiresAt, iss: `${url}/auth/v1` };
  return Response.json({
    "access_token": await keys.sign({ ...claimsOf(grant), ...times }),
    "token_type": "bearer",
    "expires_in": LIFETIME_S,
    "expires_at": expiresAt,
    "refresh_token": grant.refreshToken,
    user: grant.userJson,
  });
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
