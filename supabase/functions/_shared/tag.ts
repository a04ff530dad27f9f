/**
 * Entity tags as Storage and what is in front of it write them. No I/O.
 *
 * @module
 */

/**
 * The tag itself: without quotes, and without what proxies add, which says that
 * they have compressed the object.
 *
 * @example From Storage, and through a proxy
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { bareTag } from "./tag.ts";
 *
 * equal(bareTag('"d41d8"'), "d41d8");
 * equal(bareTag('W/"d41d8"'), "d41d8");
 * equal(bareTag(null), undefined);
 * ```
 */
export function bareTag(tag: string | null | undefined): string | undefined {
  return tag?.replace(/^W\//, "").replaceAll('"', "");
}
