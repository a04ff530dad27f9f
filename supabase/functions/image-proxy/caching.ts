/**
 * How long a picture may be kept, and by whom. No I/O.
 *
 * @module
 */
import { MAX_AGE_S } from "./policy.ts";

/** In seconds: a year, as long as anything means. Source: RFC 9111 §1.2.2. */
const FOREVER_S = 31_536_000;

/** Who may see a picture: everybody, one person, or whoever holds a link. */
export type Access =
  | { readonly kind: "public" }
  | { readonly kind: "caller" }
  /** `expires` is in seconds since 1970. */
  | { readonly kind: "link"; readonly expires: number };

/** What decides it. */
export interface Keeping {
  readonly access: Access;
  /** Whether the URL names the version, and so never means another picture. */
  readonly isVersioned: boolean;
  /** Of the object. */
  readonly cacheControl: string | undefined;
  /** In milliseconds. */
  readonly now: number;
}

/**
 * The `cache-control` of a picture: what its object says, but shared caches keep
 * only what is everybody's, and nobody keeps what a link shows for longer than
 * the link lives.
 *
 * @example Public, and by a link that lives for a minute
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { cacheControlOf } from "./caching.ts";
 *
 * const keeping = { isVersioned: false, cacheControl: "max-age=3600", now: 0 };
 * const everybody = { kind: "public" } as const;
 * equal(cacheControlOf({ ...keeping, access: everybody }), "public, max-age=3600");
 * const link = { kind: "link", expires: 60 } as const;
 * equal(cacheControlOf({ ...keeping, access: link }), "private, max-age=60");
 * ```
 */
export function cacheControlOf(keeping: Keeping): string {
  const { access, isVersioned, cacheControl = "", now } = keeping;
  const scope = access.kind === "public" ? "public" : "private";
  if (/\bno-store\b/i.test(cacheControl)) return "no-store";
  const asked = cacheControl.match(/\bmax-age=(\d{1,10})\b/i)?.[1];
  const own = asked === undefined ? MAX_AGE_S : Number(asked);
  const age = isVersioned ? FOREVER_S : own;
  if (!isVersioned && /\bno-cache\b/i.test(cacheControl)) {
    return `${scope}, no-cache`;
  }
  if (access.kind !== "link") {
    return `${scope}, max-age=${age}${isVersioned ? ", immutable" : ""}`;
  }
  const left = Math.max(0, Math.floor(access.expires - now / 1000));
  return `${scope}, max-age=${Math.min(age, left)}`;
}

/**
 * Whether whoever asks has the picture already, by `If-Modified-Since`: only
 * where there is no `If-None-Match`, which says more. RFC 9110 §13.1.3.
 */
export function isUnmodified(
  headers: Headers,
  lastModified: string | undefined,
): boolean {
  const since = headers.get("if-modified-since");
  if (since === null || headers.has("if-none-match")) return false;
  return Date.parse(lastModified ?? "") <= Date.parse(since);
}
