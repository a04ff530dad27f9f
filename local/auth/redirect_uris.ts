/**
 * Where an OAuth client may have people sent, by RFC 6749, 3.1.2. No I/O.
 *
 * @module
 */

/** Schemes whose pages run what they are given, or read files. */
const DANGEROUS = ["javascript", "data", "file", "vbscript", "about", "blob"];

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Why nobody may be sent to `uri`, or nothing if they may. Applications have
 * schemes of their own; plain HTTP is for this machine.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { flawOf } from "./redirect_uris.ts";
 *
 * equal(flawOf("myapp://callback"), undefined);
 * equal(flawOf("http://example.com"), "HTTP scheme only allowed for localhost");
 * ```
 */
export function flawOf(uri: string): string | undefined {
  if (uri === "") return "redirect URI cannot be empty";
  const [, named] = /^([a-z][a-z0-9+.-]*):\/\/[^/?#]/i.exec(uri) ?? [];
  if (named === undefined) return "must have scheme and host";
  if (!URL.canParse(uri)) return "invalid URL format";
  const scheme = named.toLowerCase();
  if (DANGEROUS.includes(scheme)) {
    return `scheme '${scheme}' is not allowed for security reasons`;
  }
  const { hostname, hash } = new URL(uri);
  if (scheme === "http" && !LOOPBACK.includes(hostname)) {
    return "HTTP scheme only allowed for localhost";
  }
  return hash === "" ? undefined : "fragment not allowed in redirect URI";
}
