/**
 * base64url without padding: RFC 4648 §5. No I/O.
 *
 * @module
 */

/** `bytes` as text. */
export function toBase64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * The bytes of `text`, or `undefined` if it is not what {@linkcode toBase64url}
 * makes of them: decoders drop spare bits, and one text would have several
 * spellings.
 *
 * @example There and back, and a spelling with a spare bit
 * ```ts
 * import { deepEqual, equal } from "node:assert/strict";
 * import { fromBase64url, toBase64url } from "./base64url.ts";
 *
 * equal(toBase64url(Uint8Array.of(255)), "_w");
 * deepEqual(fromBase64url("_w"), Uint8Array.of(255));
 * equal(fromBase64url("_x"), undefined);
 * ```
 */
export function fromBase64url(
  text: string,
): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return toBase64url(bytes) === text ? bytes : undefined;
}
