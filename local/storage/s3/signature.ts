/**
 * AWS Signature Version 4: what is signed, and with what. No I/O.
 *
 * @module
 */
import { createHash, createHmac } from "node:crypto";

/** What a signature covers of a request. */
export interface Signable {
  readonly method: string;
  /** As it was sent: S3 wants it neither decoded nor tidied. */
  readonly path: string;
  /** The signature in it is left out. */
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** Lower case. */
  readonly signedHeaders: readonly string[];
  /** In hex, or one of the words that stand for it. */
  readonly payloadHash: string;
}

/** When and where a signature is good. */
export interface Scope {
  /** `20130524T000000Z` */
  readonly timestamp: string;
  readonly region: string;
}

/** Makes signatures, in hex, with one secret. */
export interface Signer {
  /** Of a request, whose canonical form this is. */
  signRequest(canonical: string): string;
  /** Of a chunk with this hash, after the signature before it. */
  signChunk(previous: string, hash: string): string;
  /** Of the lines behind the last chunk. */
  signTrailer(previous: string, hash: string): string;
}

/** SHA-256 of nothing. */
const EMPTY_HASH = sha256("");

/** The lines of a request that are hashed and signed. */
export function canonicalRequest(it: Signable): string {
  const names = it.signedHeaders.toSorted();
  const headers = names.map((name) =>
    `${name}:${(it.headers.get(name) ?? "").trim().replace(/\s+/g, " ")}\n`
  );
  return [
    it.method,
    it.path,
    canonicalQuery(it.query),
    headers.join(""),
    names.join(";"),
    it.payloadHash,
  ].join("\n");
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** By bytes: what has been encoded is ASCII. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** RFC 3986: all but letters, digits and `-._~`. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Signs with `secret`, for S3. */
export function signerOf(secret: string, scope: Scope): Signer {
  const { timestamp, region } = scope;
  const day = timestamp.slice(0, 8);
  const path = [day, region, "s3", "aws4_request"];
  const key = path.reduce<string | Uint8Array>(hmac, `AWS4${secret}`);

  const sign = (...lines: string[]) => {
    const [algorithm = "", ...rest] = lines;
    const text = [algorithm, timestamp, path.join("/"), ...rest].join("\n");
    return hmac(key, text).toHex();
  };
  return {
    signRequest: (canonical) => sign("AWS4-HMAC-SHA256", sha256(canonical)),
    signChunk: (previous, hash) =>
      sign("AWS4-HMAC-SHA256-PAYLOAD", previous, EMPTY_HASH, hash),
    signTrailer: (previous, hash) =>
      sign("AWS4-HMAC-SHA256-TRAILER", previous, hash),
  };
}

function hmac(
  key: string | Uint8Array,
  text: string,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHmac("sha256", key).update(text).digest());
}

/** In hex. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
