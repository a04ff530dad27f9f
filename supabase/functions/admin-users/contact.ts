/**
 * E-mail addresses and phone numbers, in the one spelling that Auth has of them.
 * No I/O.
 *
 * @module
 */

/** In characters: RFC 5321, §4.5.3.1, with the longest path it lets be sent. */
const MAX_EMAIL = 254;

/** Of ASCII, as RFC 5322's dot-atom has it; quotes and comments are not used. */
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** With a dot, so that it can be reached from elsewhere. */
const DOMAIN =
  /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/**
 * An address in lower case, its domain as the network has it; `undefined` if it
 * is none. Compatibility characters are what they stand for, so that nobody gets
 * an account that looks like another one.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { emailOf } from "./contact.ts";
 *
 * equal(emailOf(" Ada@Bücher.example "), "ada@xn--bcher-kva.example");
 * equal(emailOf("ada@localhost"), undefined);
 * ```
 */
export function emailOf(text: string): string | undefined {
  const [local, host, ...rest] = text.trim().normalize("NFKC").toLowerCase()
    .split("@");
  if (local === undefined || host === undefined || rest.length > 0) {
    return undefined;
  }
  const domain = asciiOf(host);
  const email = `${local}@${domain}`;
  const isOne = LOCAL.test(local) && DOMAIN.test(domain) &&
    local.length <= 64 && email.length <= MAX_EMAIL;
  return isOne ? email : undefined;
}

/** As UTS #46 has it; empty if it is no name of a host. */
function asciiOf(host: string): string {
  // What would end it, or be another part of the URL.
  if (/[\s/?#\\:@[\]%]/.test(host)) return "";
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).host : "";
}

/**
 * A number as Auth keeps it, E.164 without its plus; `undefined` if it is none.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { phoneOf } from "./contact.ts";
 *
 * equal(phoneOf("+41 (44) 668-18 00"), "41446681800");
 * equal(phoneOf("044 668 18 00"), undefined);
 * ```
 */
export function phoneOf(text: string): string | undefined {
  const digits = text.replaceAll(/[\s().-]/g, "").replace(/^\+/, "");
  return /^[1-9]\d{6,14}$/.test(digits) ? digits : undefined;
}
