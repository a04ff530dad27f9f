/**
 * Addresses that paths are put behind. No I/O.
 *
 * @module
 */

/**
 * Whether `text` is such an address: of http or https, with neither a query, nor
 * a fragment, nor somebody's name and password.
 *
 * @example A version may be part of it, a query may not
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { isBaseUrl } from "./base_url.ts";
 *
 * equal(isBaseUrl("https://api.example.com/v1"), true);
 * equal(isBaseUrl("https://api.example.com/?v=1"), false);
 * ```
 */
export function isBaseUrl(text: string): boolean {
  if (!/^https?:\/\/[^?#@\s]+$/.test(text)) return false;
  return URL.canParse(text);
}
