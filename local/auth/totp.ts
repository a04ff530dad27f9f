/**
 * Codes from an authenticator app: RFC 6238 on HMAC-SHA-1, six digits, a new
 * one every 30 seconds. Written here and not taken from a package, because
 * Web Crypto has all but the last ten lines of it. No I/O.
 *
 * @module
 */

/** How long a code is shown. */
const PERIOD_S = 30;

/** How many periods before and after now are good: clocks are never equal. */
const SKEW = 1;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A fresh secret in base32: 160 bits, as RFC 4226 recommends. */
export function newSecret(): string {
  return toBase32(crypto.getRandomValues(new Uint8Array(20)));
}

/** What an app reads from the picture. */
export function totpUri(
  of: {
    readonly issuer: string;
    readonly account: string;
    readonly secret: string;
  },
): string {
  const { issuer, account, secret } = of;
  const label = [issuer, account].map(encodeURIComponent).join(":");
  return `otpauth://totp/${label}?algorithm=SHA1&digits=6` +
    `&issuer=${encodeURIComponent(issuer)}&period=${PERIOD_S}&secret=${secret}`;
}

/** Whether `code` is what an app with `secret` shows at about `nowMs`. */
export async function isCurrent(
  code: string,
  secret: string,
  nowMs: number,
): Promise<boolean> {
  const step = Math.floor(nowMs / 1000 / PERIOD_S);
  for (let at = step - SKEW; at <= step + SKEW; at++) {
    if (code === await totpOf(secret, at)) return true;
  }
  return false;
}

/**
 * The code of one period: `step` periods after 1970.
 *
 * @example The first vector of RFC 6238, appendix B, cut to six digits
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { totpOf } from "./totp.ts";
 *
 * equal(await totpOf("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1), "287082");
 * ```
 */
export async function totpOf(
  secret: string,
  step: number,
  digits = 6,
): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-1" };
  const key = await crypto.subtle
    .importKey("raw", fromBase32(secret), algorithm, false, ["sign"]);
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(step));
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, counter));
  // RFC 4226, 5.3: the last four bits say which 31 bits to take.
  const offset = mac.getUint8(mac.byteLength - 1) & 15;
  const number = mac.getUint32(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}

function toBase32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (it) => it.toString(2).padStart(8, "0"))
    .join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups
    .map((it) => ALPHABET.charAt(Number.parseInt(it.padEnd(5, "0"), 2)))
    .join("");
}

function fromBase32(text: string): Uint8Array<ArrayBuffer> {
  const bits = Array.from(
    text,
    (it) => ALPHABET.indexOf(it).toString(2).padStart(5, "0"),
  ).join("");
  const bytes = bits.match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes, (it) => Number.parseInt(it, 2));
}
