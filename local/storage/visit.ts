/**
 * One request, and who makes it.
 *
 * @module
 */
import type { Claims, Database } from "../database.ts";
import { identify, type Keys } from "../keys.ts";
import { accessDenied, invalidRequest } from "./errors.ts";
import type { ScopedDatabase } from "./scope.ts";

/** What Storage runs on. */
export interface StorageStack {
  readonly database: Database;
  readonly keys: Keys;
  /** Where the bytes live. */
  readonly folder: string;
  /** Where uploads under way live: on the same file system. */
  readonly uploads: string;
  /** Of one object, whatever its bucket allows. */
  readonly maxBytes: number;
}

/** The same, for one request. */
export interface ScopedStack extends Omit<StorageStack, "database"> {
  readonly database: ScopedDatabase;
}

/** A request that has found its route. Nobody has vouched for it yet. */
export interface Visit {
  readonly stack: ScopedStack;
  readonly request: Request;
  readonly query: URLSearchParams;
  /** Empty where the route has none. Decoded, not checked. */
  readonly bucket: string;
  /** Of the object. Empty where the route has none. Decoded, not checked. */
  readonly name: string;
}

/** A request whose sender has been identified. */
export interface Call extends Visit {
  readonly claims: Claims;
}

/** Serves a route. */
export type Handler = (visit: Visit) => Promise<Response>;

/**
 * Who Storage is to Postgres when it does not act for the caller: row-level
 * security does not apply, and a trigger sees `auth.role() = 'service_role'`.
 */
export const STORAGE_ITSELF: Claims = { role: "service_role" };

/** A route for callers who prove who they are. `anon` is somebody, too. */
export function forCaller(serve: (call: Call) => Promise<Response>): Handler {
  return async (visit) => {
    const identity = await identify(visit.request, visit.stack.keys);
    if ("claims" in identity) {
      return await serve({ ...visit, claims: identity.claims });
    }
    throw identity.refused === "no key"
      ? invalidRequest("headers must have required property 'authorization'")
      : accessDenied("Invalid Compact JWS");
  };
}

/** The caller's claims, where a route serves strangers too. */
export async function claimsIfAny(visit: Visit): Promise<Claims | undefined> {
  const identity = await identify(visit.request, visit.stack.keys);
  return "claims" in identity ? identity.claims : undefined;
}
