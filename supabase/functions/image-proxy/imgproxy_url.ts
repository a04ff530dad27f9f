/**
 * What imgproxy is asked for, as a URL. No I/O.
 *
 * Source: docs.imgproxy.net, "Processing an image" and "Signing a URL".
 *
 * @module
 */
import { toBase64url } from "../_shared/base64url.ts";
import type { Imgproxy } from "../_shared/config.ts";
import type { Errand } from "./errand.ts";

/** Its resizing types, by Storage's names. */
const TYPES = { cover: "fill", contain: "fit", fill: "force" } as const;

/** Whatever its own settings are: upright, in sRGB, and with no metadata. */
const ALWAYS = ["ar:1", "sm:1", "kcr:0", "scp:1"];

/**
 * The path that makes `errand` of what is at `source`, yet to be signed. As with
 * our own pictures, nothing is enlarged but by `fill`, and only a JPEG has a
 * background.
 */
export function imgproxyPath(errand: Errand, source: string): string {
  const { width = 0, height = 0, resize, gravity, quality, format } = errand;
  const options = [
    `rs:${TYPES[resize]}:${width}:${height}:${resize === "fill" ? 1 : 0}`,
  ];
  if (typeof gravity === "object") {
    options.push(`g:fp:${gravity.x}:${gravity.y}`);
  } else if (gravity !== "ce") options.push(`g:${gravity}`);
  options.push(`q:${quality}`, `f:${format === "jpeg" ? "jpg" : format}`);
  if (format === "jpeg") options.push(`bg:${errand.background}`);
  options.push(...ALWAYS);
  // What is cached on the way is of one version.
  if (errand.etag !== undefined) options.push(`cb:${encoded(errand.etag)}`);
  return `/${options.join("/")}/${encoded(source)}`;
}

/** The URL of `path`, signed: HMAC-SHA256 of the salt and the path. */
export async function signedUrl(
  { url, key, salt }: Imgproxy,
  path: string,
): Promise<string> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const { subtle } = crypto;
  const secret = await subtle.importKey("raw", hex(key), hmac, false, ["sign"]);
  const signed = await new Blob([hex(salt), path]).arrayBuffer();
  const mac = await subtle.sign("HMAC", secret, signed);
  return `${url}/${toBase64url(new Uint8Array(mac))}${path}`;
}

function encoded(text: string): string {
  return toBase64url(new TextEncoder().encode(text));
}

function hex(text: string): Uint8Array<ArrayBuffer> {
  const pairs = text.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
}
