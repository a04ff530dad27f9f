/**
 * The keys of one stack, and who a request says it comes from.
 *
 * @module
 */
import {
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from "jose";
import type { Claims } from "./database.ts";

/** What a stack signs and recognises callers with. */
export interface Keys {
  /** `sb_publishable_…`: says which project, and proves nothing. */
  readonly publishable: string;
  /** `sb_secret_…`: bypasses row-level security. */
  readonly secret: string;
  /** `whsec_…`: what SQL signs its calls of functions with. */
  readonly webhookSecret: string;
  /** What links of the project's own are signed with. */
  readonly linkKey: string;
  /** The project's own for S3: it bypasses row-level security. */
  readonly s3: S3Key;
  /** What `/auth/v1/.well-known/jwks.json` answers. */
  readonly jwks: { readonly keys: JWK[] };
  /** Signs a token. `iat` and `exp` are the caller's to give. */
  sign(claims: JWTPayload): Promise<string>;
  /** The payload of a token that we signed and that has not expired. */
  verify(token: string): Promise<JWTPayload | undefined>;
}

/** What a client of S3 wants to know. */
export interface S3Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** What is kept, so that keys and tokens outlive a restart. */
interface Kept {
  readonly publishable: string;
  readonly secret: string;
  readonly webhookSecret: string;
  readonly linkKey: string;
  readonly s3: Omit<S3Key, "region">;
  readonly signingKey: JWK;
}

const ALGORITHM = "ES256";

/** The platform has a region of AWS here. */
const REGION = "local";

/** The keys kept in `file`, or new ones that are then kept there. */
export async function openKeys(file: string): Promise<Keys> {
  const found = await read(file);
  const kept = isWhole(found) ? found : await save(file, {
    ...await make(),
    ...found,
  });
  const { publishable, secret, webhookSecret, linkKey, s3, signingKey } = kept;
  const { d: _private, ...publicKey } = signingKey;
  const jwks = { keys: [{ ...publicKey, use: "sig", alg: ALGORITHM }] };
  const privateKey = await importJWK(signingKey, ALGORITHM);
  const known = createLocalJWKSet(jwks);
  const { kid = "" } = signingKey;

  return {
    publishable,
    secret,
    webhookSecret,
    linkKey,
    s3: { ...s3, region: REGION },
    jwks,
    sign: (claims) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: ALGORITHM, typ: "JWT", kid })
        .sign(privateKey),
    async verify(token) {
      try {
        const only = { algorithms: [ALGORITHM] };
        return (await jwtVerify(token, known, only)).payload;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}

async function read(file: string): Promise<Partial<Kept> | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Folders of earlier versions have fewer keys, and get those that are new. */
function isWhole(kept: Partial<Kept> | undefined): kept is Kept {
  return kept?.linkKey !== undefined;
}

async function make(): Promise<Kept> {
  const pair = await generateKeyPair(ALGORITHM, { extractable: true });
  return {
    publishable: `sb_publishable_${random()}`,
    secret: `sb_secret_${random()}`,
    webhookSecret: `whsec_${btoa(random())}`,
    linkKey: `local:${random()}${random()}`,
    s3: { accessKeyId: random(), secretAccessKey: random() + random() },
    signingKey: {
      ...await exportJWK(pair.privateKey),
      kid: crypto.randomUUID(),
    },
  };
}

async function save(file: string, kept: Kept): Promise<Kept> {
  // Whole or not at all, whenever the process is killed.
  const draft = `${file}.draft`;
  await Deno.writeTextFile(draft, JSON.stringify(kept), { mode: 0o600 });
  await Deno.rename(draft, file);
  return kept;
}

function random(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

/** The token of an `Authorization: Bearer` header. */
export function bearerOf(request: Request): string | undefined {
  const header = request.headers.get("authorization");
  return header?.match(/^Bearer\s+(\S+)$/i)?.[1];
}

/** The 401 of the platform's gateway, which looks at keys alone. */
export function refuseKey(reason: "no key" | "bad key"): Response {
  return Response.json(KEY_REFUSALS[reason], { status: 401 });
}

const KEY_REFUSALS = {
  "no key": {
    message: "No API key found in request",
    hint: "No `apikey` request header or url param was found.",
  },
  "bad key": {
    message: "Invalid API key",
    hint: "Double check your Supabase `anon` or `service_role` API key.",
  },
};

/** What the platform's gateway makes of a request's two headers. */
export type Identity =
  | { readonly claims: Claims }
  | { readonly refused: "no key" | "bad key" | "bad token" };

/**
 * Who sent `request`. The key says which role to start from, and a token beside
 * it says who; a token that is one of our keys is only that key again, which is
 * what supabase-js sends before anybody has signed in.
 */
export async function identify(
  request: Request,
  keys: Keys,
): Promise<Identity> {
  const bearer = bearerOf(request);
  const key = request.headers.get("apikey") ??
    new URL(request.url).searchParams.get("apikey") ?? bearer;

  if (key === undefined) return { refused: "no key" };
  const base = await claimsOfKey(key, keys);
  if (base === undefined) return { refused: "bad key" };
  const isOnlyTheKey = bearer === key || bearer?.startsWith("sb_");
  if (bearer === undefined || isOnlyTheKey) return { claims: base };

  const payload = await keys.verify(bearer);
  if (payload === undefined || typeof payload["role"] !== "string") {
    return { refused: "bad token" };
  }
  return { claims: { ...payload, role: payload["role"] } as Claims };
}

async function claimsOfKey(
  key: string,
  keys: Keys,
): Promise<Claims | undefined> {
  if (key === keys.publishable) return { role: "anon" };
  if (key === keys.secret) return { role: "service_role" };
  // The keys of older projects are tokens: {"role":"anon"}.
  const payload = await keys.verify(key);
  const role = payload?.["role"];
  return typeof role === "string" ? { ...payload, role } as Claims : undefined;
}
