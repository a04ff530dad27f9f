/**
 * The public keys that a project's tokens are signed with.
 *
 * The platform hands them to a function in `SUPABASE_JWKS`. Elsewhere they are
 * asked of the issuer, at most once in thirty seconds whatever callers send: a
 * flood of tokens with unknown key ids must not become a flood on Auth.
 *
 * @module
 */
import { type Config, isKeySet, type JsonWebKeySet } from "./config.ts";
import { problem } from "./problem.ts";

const keysUnavailable = problem(503, "Signing keys unavailable");

/** After this, keys are asked for again: how long a revoked key still counts. */
const FRESH_MS = 10 * 60_000;

/** Between two questions to the issuer, whether or not it answers. */
const PAUSE_MS = 30_000;

/** The issuer's time to answer. */
const TIMEOUT_MS = 5_000;

/** Keys by their ids. */
export interface SigningKeys {
  /**
   * All keys, as fresh as `kid` needs them: an unknown id may be a new key.
   *
   * @throws {Problem} "Signing keys unavailable" if none were ever read.
   */
  keysFor(kid: string | undefined): Promise<JsonWebKeySet>;
}

const known = new Map<string, SigningKeys>();

/** The keys of `config`'s project, kept for as long as this worker lives. */
export function signingKeys(config: Config): SigningKeys {
  const { jwks, issuer, supabaseUrl } = config;
  if (jwks !== undefined) return { keysFor: () => Promise.resolve(jwks) };
  const url = `${supabaseUrl}/auth/v1/.well-known/jwks.json`;
  const keys = known.get(issuer) ?? remoteKeys(url);
  known.set(issuer, keys);
  return keys;
}

/** Keys that are read from `url`. `now` is a clock in milliseconds. */
export function remoteKeys(
  url: string,
  now = Date.now,
  timeoutMs = TIMEOUT_MS,
): SigningKeys {
  let keys: JsonWebKeySet | undefined;
  let readAt = -Infinity;
  let askedAt = -Infinity;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    askedAt = now();
    try {
      keys = await fetchKeys(url, timeoutMs);
      readAt = askedAt;
    } catch {
      // What was read before stays good while the issuer is away.
    }
    asking = undefined;
  }

  return {
    async keysFor(kid) {
      const isKnown = keys?.keys.some((key) => key.kid === kid) ?? false;
      const isFresh = isKnown && now() - readAt < FRESH_MS;
      if (!isFresh && now() - askedAt >= PAUSE_MS) asking ??= ask();
      // Whoever has a fresh key does not wait for those who have not.
      if (!isFresh) await asking;
      if (keys !== undefined) return keys;
      throw keysUnavailable("Cannot verify tokens at the moment", {}, {
        headers: { "retry-after": String(PAUSE_MS / 1000) },
      });
    },
  };
}

async function fetchKeys(
  url: string,
  timeoutMs: number,
): Promise<JsonWebKeySet> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { signal, redirect: "error" });
  const body = await response.json();
  if (response.ok && isKeySet(body)) return body;
  throw new TypeError(`Cannot read keys from an answer of ${response.status}`);
}
