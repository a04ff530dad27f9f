/**
 * What is said of a picture, beside the picture.
 *
 * @module
 */
import { attachment } from "../_shared/filename.ts";
import { cacheControlOf } from "./caching.ts";
import { tagOf } from "./etag.ts";
import type { Engine } from "./policy.ts";
import type { Request, Shown } from "./request.ts";
import { extensionOf, mediaTypeOf, type ResultFormat } from "./result.ts";
import type { About } from "./sources.ts";

/** Those that a 304 has as well: RFC 9110 §15.4.5. */
export async function headersFor(
  request: Request,
  about: About,
  engine: Engine,
): Promise<Headers> {
  const { wish, access, options } = request;
  const { etag, lastModified, cacheControl } = about;
  const isVersioned = options.version !== undefined;
  const now = Date.now();
  const headers = new Headers({
    "cache-control": cacheControlOf({ access, isVersioned, cacheControl, now }),
  });
  if (etag !== undefined) {
    headers.set("etag", await tagOf(etag, request, engine));
  }
  if (lastModified !== undefined) headers.set("last-modified", lastModified);
  if (wish.format === undefined) headers.append("vary", "Accept");
  if (access.kind === "caller") headers.append("vary", "Authorization");
  return headers;
}

/** The picture, as it is to be taken. */
export async function answerOf(
  request: Request,
  shown: Shown,
  engine: Engine,
): Promise<Response> {
  const { bytes, format, about, fetchMs, timings } = shown;
  const { place, options: { download } } = request;
  const headers = await headersFor(request, about, engine);
  headers.set("content-type", mediaTypeOf(format));
  headers.set("content-length", String(bytes.length));
  // Whatever it is taken for, it runs nothing and loads nothing.
  headers.set("content-security-policy", "default-src 'none'");
  headers.set("x-content-type-options", "nosniff");
  headers.set("server-timing", timing({ fetch: fetchMs, ...timings }));
  if (download !== undefined) {
    const name = download === "" ? nameOf(place.path, format) : download;
    headers.set("content-disposition", attachment(name));
  }
  return new Response(bytes, { headers });
}

/** What is more than its name says: rows are resized as they are decoded. */
const WHAT: Readonly<Record<string, string>> = { decode: "decode and resize" };

/** W3C Server Timing, section 3. */
function timing(ms: Readonly<Record<string, number>>): string {
  return Object.entries(ms).map(([name, duration]) => {
    const what = WHAT[name] === undefined ? "" : `;desc="${WHAT[name]}"`;
    return `${name}${what};dur=${duration.toFixed(1)}`;
  }).join(", ");
}

/** The object's own name, with the extension that it has now. */
function nameOf(path: string, format: ResultFormat): string {
  const file = path.split("/").at(-1) ?? "";
  const stem = file.replace(/\.[^.]*$/, "");
  return `${stem || "image"}.${extensionOf(format)}`;
}
