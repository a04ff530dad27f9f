/**
 * Links to images that live for a time: what `image-proxy/sign/…` takes.
 *
 * The token holds the options and the end, and is bound to the object, so that
 * nothing of a link can be changed. Who holds it may see that one picture.
 *
 * @module
 */
import { fromBase64url, toBase64url } from "./base64url.ts";
import type { LinkKey } from "./config.ts";
import { type ImageOptions, optionsIn } from "./image_options.ts";
import type { Place } from "./place.ts";
import { problem } from "./problem.ts";
import { isRecord } from "./record.ts";

const linkNotValid = problem(403, "Link not valid");
const notConfigured = problem(501, "Image links not configured");

/** Keys are derived for this alone: RFC 5869 §3.2. */
const PURPOSE = "portico image link 1";

/** In characters. Nothing that is signed here comes near. */
const MAX_TOKEN = 4_096;

/** What a link allows. */
export interface Allowed {
  readonly options: ImageOptions;
  /** Seconds since 1970. */
  readonly expires: number;
}

/** Signs links, and opens them. */
export interface ImageLinks {
  /**
   * The token for the object at `place` with `options`, a query such as
   * `width=800&format=webp`, until `expires`, in seconds since 1970.
   *
   * @throws {Problem} "Image links not configured" if there is no key.
   * @throws {TypeError} If those are no options.
   */
  sign(place: Place, options: string, expires: number): Promise<string>;
  /**
   * What `token` allows of the object at `place`.
   *
   * @throws {Problem} "Link not valid", which says no more than that.
   */
  open(place: Place, token: string): Promise<Allowed>;
}

/**
 * Links that are signed with the first of `keys`, and opened with any of them.
 * `now` is a clock in milliseconds.
 */
export function imageLinks(
  keys: readonly LinkKey[],
  now = Date.now,
): ImageLinks {
  return {
    sign: (...link) => sign(keys, ...link),
    open: (...link) => open(keys, now(), ...link),
  };
}

async function sign(
  [key]: readonly LinkKey[],
  place: Place,
  options: string,
  expires: number,
): Promise<string> {
  if (key === undefined) {
    throw notConfigured("Cannot sign a link: PORTICO_LINK_KEYS must be set");
  }
  if (optionsIn(options) === undefined) {
    throw new TypeError(`Cannot sign a link with the options ${options}`);
  }
  const text = JSON.stringify({ e: expires, o: options });
  const head = `${key.id}.${toBase64url(new TextEncoder().encode(text))}`;
  const mac = await crypto.subtle.sign(
    "HMAC",
    await macKey(key),
    signed(head, place),
  );
  return `${head}.${toBase64url(new Uint8Array(mac))}`;
}

async function open(
  keys: readonly LinkKey[],
  now: number,
  place: Place,
  token: string,
): Promise<Allowed> {
  const [id, payload, signature, ...more] = token.split(".");
  const key = keys.find((it) => it.id === id);
  const mac = fromBase64url(signature ?? "");
  const bytes = fromBase64url(payload ?? "");
  const isToken = token.length <= MAX_TOKEN && more.length === 0 && mac &&
    bytes;
  if (key === undefined || !isToken) throw refused();
  const isSigned = await crypto.subtle.verify(
    "HMAC",
    await macKey(key),
    mac,
    signed(`${id}.${payload}`, place),
  );
  if (!isSigned) throw refused();
  const link: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const { e: expires, o: query } = isRecord(link) ? link : {};
  const options = typeof query === "string" ? optionsIn(query) : undefined;
  if (typeof expires !== "number" || options === undefined) throw refused();
  if (now >= expires * 1000) throw refused();
  return { options, expires };
}

function refused() {
  return linkNotValid("The link was not signed for this, or has expired");
}

/** Each with its length before it: no two lists of fields are one text. */
function signed(
  head: string,
  { bucket, path }: Place,
): Uint8Array<ArrayBuffer> {
  const fields = [head, bucket, path].map((it) => `${it.length}:${it}`);
  return new TextEncoder().encode(fields.join(""));
}

const derived = new Map<string, Promise<CryptoKey>>();

function macKey({ secret }: LinkKey): Promise<CryptoKey> {
  const known = derived.get(secret) ?? derive(secret);
  derived.set(secret, known);
  return known;
}

async function derive(secret: string): Promise<CryptoKey> {
  const bytes = fromBase64url(secret) ?? new TextEncoder().encode(secret);
  const { subtle } = crypto;
  const from = await subtle.importKey("raw", bytes, "HKDF", false, [
    "deriveKey",
  ]);
  const info = new TextEncoder().encode(PURPOSE);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  const hmac = { name: "HMAC", hash: "SHA-256", length: 256 };
  return await subtle.deriveKey(hkdf, from, hmac, false, ["sign", "verify"]);
}
