/**
 * People and servers, as Supabase vouches for them. A function picks one of
 * these for each route.
 *
 * @module
 */
import { verifyCredentials } from "@supabase/server/core";
import type { SupabaseEnv } from "@supabase/server";
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type ProtectedHeaderParameters,
} from "jose";
import {
  type Auth,
  bearerOf,
  type Message,
  unauthenticated,
} from "./caller.ts";
import { type User, userOf } from "./claims.ts";
import type { Config, JsonWebKeySet } from "./config.ts";
import { signingKeys } from "./signing_keys.ts";
import { admit, type Who } from "./who.ts";

/** The `aud` of every person's token. */
const AUDIENCE = "authenticated";

/** Whoever has signed in, in whatever way. */
const ANYBODY: Who = { anonymous: true, aal2: false };

/** Another server of the project, which holds a secret key. */
export interface Service {
  readonly kind: "service";
  /** The name of the key in `SUPABASE_SECRET_KEYS`. */
  readonly name: string;
}

/** Requires a token that this project's auth server signed for a person. */
export async function user(
  { request }: Message,
  config: Config,
): Promise<User | undefined> {
  if (!request.headers.has("authorization")) return undefined;
  const token = bearerOf(request);
  // Before anybody has signed in, supabase-js sends the project's key here.
  if (token?.startsWith("sb_")) return undefined;
  if (token === undefined || !hasOneSpelling(token)) throw unauthenticated();

  const claims = await verify(token, config);
  const caller = claims && userOf(claims);
  if (caller === undefined) throw unauthenticated();
  return caller;
}

/** Requires a user whose `app_metadata.role` is one of `wanted`. */
export function role(...wanted: readonly string[]): Auth<User> {
  return async (message, config) => {
    const caller = await user(message, config);
    if (caller !== undefined) admit({ ...ANYBODY, roles: wanted }, caller);
    return caller;
  };
}

/** Requires that a user of kind `of` has shown a second factor. */
export function aal2(of: Auth<User>): Auth<User> {
  return async (message, config) => {
    const caller = await of(message, config);
    if (caller !== undefined) admit({ ...ANYBODY, aal2: true }, caller);
    return caller;
  };
}

/**
 * Requires a secret key called one of `names`, in the `apikey` header: never in
 * `authorization`, where tokens go, and never in a URL, which gets logged.
 */
export function secret(...names: readonly string[]): Auth<Service> {
  return async ({ request }, config) => {
    const apikey = request.headers.get("apikey");
    if (apikey === null || !looksSecret(apikey)) return undefined;
    for (const name of names) {
      // Compares in constant time, which is why there is no `===` here.
      const { error } = await verifyCredentials({ apikey, token: null }, {
        auth: `secret:${name}`,
        env: environment(config, { keys: [] }),
      });
      if (error === null) return { kind: "service", name };
    }
    throw unauthenticated();
  };
}

/**
 * Whether `apikey` wants to be a secret key: supabase-js sends a publishable one
 * with every call. The secret keys of older projects are tokens.
 */
function looksSecret(apikey: string): boolean {
  if (apikey.startsWith("sb_secret_")) return true;
  try {
    return decodeJwt(apikey)["role"] === "service_role";
  } catch {
    return false;
  }
}

/**
 * Whether `token` is three base64url texts without spare bits. Decoders drop
 * those bits, so that one signature would have several spellings.
 */
function hasOneSpelling(token: string): boolean {
  const parts = token.split(".");
  return parts.length === 3 &&
    parts.every((part) =>
      /^(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/.test(part)
    );
}

async function verify(
  token: string,
  config: Config,
): Promise<JWTPayload | undefined> {
  const { alg, kid } = decodeHeader(token);
  if (config.legacyJwtSecret !== undefined && alg === "HS256") {
    return await verifyLegacy(token, config.legacyJwtSecret, config.issuer);
  }
  const jwks = await signingKeys(config).keysFor(kid);
  const { data, error } = await verifyCredentials({ token, apikey: null }, {
    auth: "user",
    issuer: config.issuer,
    audience: AUDIENCE,
    env: environment(config, jwks),
  });
  if (error === null) return { ...data.jwtClaims };
  if (error.status === 401) return undefined;
  throw error;
}

/** Everything is given, so that the library does not read the environment. */
function environment(config: Config, { keys }: JsonWebKeySet): SupabaseEnv {
  const { supabaseUrl: url, secretKeys } = config;
  return { url, secretKeys, publishableKeys: {}, jwks: { keys: [...keys] } };
}

function decodeHeader(token: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw unauthenticated();
  }
}

/** Projects that have not moved to signing keys share one secret, for HS256. */
async function verifyLegacy(
  token: string,
  secret: string,
  issuer: string,
): Promise<JWTPayload | undefined> {
  const key = new TextEncoder().encode(secret);
  const expected = { issuer, audience: AUDIENCE, algorithms: ["HS256"] };
  try {
    return (await jwtVerify(token, key, expected)).payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
