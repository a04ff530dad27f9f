/**
 * Which newer formats whoever asks can show. No I/O.
 *
 * @module
 */
import { accepts } from "@std/http/negotiation";

/** Formats that not every client shows, smallest pictures first. */
const NEWER = ["avif", "webp"] as const;

/** One that has to be accepted by name. */
export type NewerFormat = typeof NEWER[number];

/**
 * The newer formats that `headers` accept by name. A wildcard is no promise:
 * everything sends one, mail clients and crawlers too.
 *
 * @example A browser, and curl
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { newerFormats } from "./accept.ts";
 *
 * const browser = new Headers({ accept: "image/avif,image/webp,*\/*;q=0.8" });
 * deepEqual(newerFormats(browser), ["avif", "webp"]);
 * deepEqual(newerFormats(new Headers({ accept: "*\/*" })), []);
 * ```
 */
export function newerFormats(headers: Headers): readonly NewerFormat[] {
  const accepted = accepts({ headers });
  return NEWER.filter((format) => accepted.includes(`image/${format}`));
}
