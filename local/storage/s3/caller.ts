/**
 * Who signed a request, and whether they did.
 *
 * @module
 */
import type { Claims } from "../../database.ts";
import type { Keys } from "../../keys.ts";
import { invalidJwt } from "../errors.ts";
import { STORAGE_ITSELF } from "../visit.ts";
import type { Authorization } from "./authorization.ts";
import { invalidAccessKeyId, signatureDoesNotMatch } from "./errors.ts";
import type { Proof } from "./payload.ts";
import { isSame } from "./secrets.ts";
import { canonicalRequest, type Signable, signerOf } from "./signature.ts";

/** Somebody who has proved who they are. */
export interface Caller {
  readonly claims: Claims;
  readonly proof: Proof;
}

/**
 * The access key id of those who bring a token of their own. On the platform it
 * is the project's reference, which a local project has not.
 */
export const PROJECT_REF = "local";

/**
 * Verifies the signature of `request`.
 *
 * With the project's own key the caller is above row-level security. With a
 * session token it is the person whose token that is, and the secret no secret:
 * the publishable key, or the project's reference.
 *
 * Throws `InvalidAccessKeyId`, `SignatureDoesNotMatch` or `InvalidJWT`.
 */
export async function authenticate(
  keys: Keys,
  claimed: Authorization,
  request: Omit<Signable, "signedHeaders" | "payloadHash">,
): Promise<Caller> {
  const { sessionToken, signature, payloadHash } = claimed;
  const canonical = canonicalRequest({ ...request, ...claimed });
  const scope = { ...claimed, region: regionFor(claimed.region, keys) };
  const signer = secretsFor(claimed, keys)
    .map((secret) => signerOf(secret, scope))
    .find((it) => isSame(signature, it.signRequest(canonical)));
  if (signer === undefined) throw signatureDoesNotMatch();

  const proof = { signer, signature, payloadHash };
  if (sessionToken === undefined) return { claims: STORAGE_ITSELF, proof };
  const payload = await keys.verify(sessionToken);
  const role = payload?.["role"];
  if (typeof role !== "string") throw invalidJwt();
  return { claims: { ...payload, role } as Claims, proof };
}

function secretsFor(
  { accessKeyId, sessionToken }: Authorization,
  { s3, publishable }: Keys,
): string[] {
  const isPerson = sessionToken !== undefined;
  if (accessKeyId !== (isPerson ? PROJECT_REF : s3.accessKeyId)) {
    throw invalidAccessKeyId();
  }
  return isPerson ? [publishable, PROJECT_REF] : [s3.secretAccessKey];
}

/** Some clients cannot be told a region. The real server takes those, too. */
function regionFor(region: string, { s3 }: Keys): string {
  return ["auto", "us-east-1", ""].includes(region) ? region : s3.region;
}
