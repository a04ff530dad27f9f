/**
 * What a function finds in its environment: the platform's names, and the
 * project's own from `supabase/functions/.env`.
 *
 * @module
 */
import { parseEnv } from "node:util";
import type { Registry } from "../tools/jsr/registry.ts";
import type { Keys } from "./keys.ts";

/** What the platform's values are made of. */
export interface Sources {
  readonly url: string;
  readonly keys: Keys;
  readonly registry: Registry;
}

/** In seconds: ten years, as the platform's own keys of this kind. */
const LEGACY_KEY_S = 10 * 365 * 24 * 60 * 60;

/** What the platform gives every function. */
export async function platformEnvironment(
  { url, keys, registry }: Sources,
): Promise<Record<string, string>> {
  const iat = Math.floor(Date.now() / 1000);
  const exp = iat + LEGACY_KEY_S;
  const legacyKey = (role: string) =>
    keys.sign({ iss: `${url}/auth/v1`, role, iat, exp });
  return {
    JSR_URL: registry.url,
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishable }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secret }),
    SUPABASE_JWKS: JSON.stringify(keys.jwks),
    SUPABASE_ANON_KEY: await legacyKey("anon"),
    SUPABASE_SERVICE_ROLE_KEY: await legacyKey("service_role"),
    SB_REGION: "local",
    DENO_DEPLOYMENT_ID: "local",
  };
}

/** What the project would set itself: the platform gives no such keys. */
export function secretsOf(
  { keys, url }: Pick<Sources, "keys" | "url">,
): Record<string, string> {
  const { webhookSecret, linkKey, s3 } = keys;
  return {
    WEBHOOK_SECRET: webhookSecret,
    PORTICO_LINK_KEYS: linkKey,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    S3_REGION: s3.region,
    NOTICE_URL: `${url}/mailbox`,
  };
}

/** What `file` says now. None is as good as an empty one. */
export function ownEnvironment(file: URL): Record<string, string> {
  try {
    return {
      ...parseEnv(Deno.readTextFileSync(file)) as Record<string, string>,
    };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
