/**
 * An auth server for tests: real keys, real signatures, on loopback.
 *
 * @module
 */
import {
  exportJWK,
  generateKeyPair,
  type JWTHeaderParameters,
  SignJWT,
} from "jose";
import type { JsonWebKeySet } from "../config.ts";
import { serve } from "./server.ts";

/** Somebody with a token. */
export const ALICE = "7f3c0b1e-0000-4000-8000-000000000001";

/** A running issuer. `await using` closes it. */
export interface Issuer extends AsyncDisposable {
  /** What `SUPABASE_URL` should be. */
  readonly url: string;
  /** How often its keys were asked for. */
  readonly hits: number;
  /** What it answers: its keys unless a test says otherwise. */
  answer: () => Response | Promise<Response>;
  /** Its public keys now. */
  readonly keys: JsonWebKeySet;
  /** A token that `auth.ts` accepts, but for what `claims` and `header` change. */
  sign(claims?: Claims, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** Signs with a new key from now on, and forgets the old one. */
  rotate(): Promise<void>;
}

/** `undefined` takes a claim away. */
export type Claims = Readonly<Record<string, unknown>>;

/** Starts an issuer on a free port. */
export async function startIssuer(): Promise<Issuer> {
  let hits = 0;
  let signer = await makeSigner();
  const server = serve(() => {
    hits++;
    return issuer.answer();
  });
  const { url } = server;

  const issuer: Issuer = {
    url,
    get hits() {
      return hits;
    },
    get keys() {
      return { keys: [signer.jwk] };
    },
    answer: () => Response.json(issuer.keys),
    sign(claims = {}, header = {}) {
      const { kid } = signer.jwk;
      return new SignJWT({ ...claimsOf(url), ...claims })
        .setProtectedHeader({ alg: "ES256", kid, ...header })
        .sign(signer.privateKey);
    },
    async rotate() {
      signer = await makeSigner();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return issuer;
}

/** The payload of a token that Auth at `url` would give Alice. */
export function claimsOf(url: string): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: `${url}/auth/v1`,
    aud: "authenticated",
    sub: ALICE,
    role: "authenticated",
    aal: "aal1",
    "session_id": "5e55104e-0000-4000-8000-000000000001",
    iat: now,
    exp: now + 60,
  };
}

async function makeSigner() {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const kid = crypto.randomUUID();
  return {
    privateKey,
    jwk: { ...await exportJWK(publicKey), alg: "ES256", kid },
  };
}
