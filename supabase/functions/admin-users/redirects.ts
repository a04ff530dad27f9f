/**
 * Where a link may lead. No I/O.
 *
 * @module
 */

/**
 * Whether `url` is one of `allowed`, or below one of them that ends with a
 * slash. It has to be spelt as it will be read: an address that a browser reads
 * otherwise than it looks is none.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { leadsTo } from "./redirects.ts";
 *
 * const allowed = ["https://shop.example/", "app://signed-in"];
 * equal(leadsTo("https://shop.example/welcome?a=1", allowed), true);
 * equal(leadsTo("https://shop.example@evil.example/", allowed), false);
 * equal(leadsTo("https://shop.example/../a", allowed), false);
 * ```
 */
export function leadsTo(url: string, allowed: readonly string[]): boolean {
  if (!URL.canParse(url) || new URL(url).href !== url) return false;
  return allowed.some((it) =>
    it.endsWith("/") ? url.startsWith(it) : url === it
  );
}
