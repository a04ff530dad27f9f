/**
 * Base64 of a few bytes: RFC 4648, section 4. No I/O.
 *
 * @module
 */

/** With padding. */
export function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
