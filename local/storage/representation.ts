/**
 * An object as an answer: its headers, and as many of its bytes as the request
 * asks for.
 *
 * @module
 */
import { open } from "./bytes.ts";
import { allowsPart, type Validators, weigh } from "./conditions.ts";
import { preconditionFailed } from "./errors.ts";
import type { StoredObject } from "./objects.ts";
import { partOf } from "./ranges.ts";
import type { Visit } from "./visit.ts";

/**
 * The answer to a GET or HEAD for `object`, with `caching` among its headers.
 * Throws `PreconditionFailed` or `InvalidRange`.
 */
export async function represent(
  visit: Visit,
  object: StoredObject,
  caching: Readonly<Record<string, string>>,
): Promise<Response> {
  const { request, query } = visit;
  const headers = new Headers({ ...caching, ...headersOf(object) });
  const filename = query.get("download");
  if (filename !== null) {
    headers.set("content-disposition", attachment(filename));
  }
  const outcome = weigh(request.headers, validatorsOf(object));
  if (outcome === "precondition failed") throw preconditionFailed();
  if (outcome === "not modified") {
    return new Response(null, { status: 304, headers });
  }
  if (request.method !== "HEAD") return await sendBytes(visit, object, headers);
  const { size } = object.metadata ?? {};
  if (size !== undefined) headers.set("content-length", String(size));
  return new Response(null, { headers });
}

async function sendBytes(
  { stack, request }: Visit,
  object: StoredObject,
  headers: Headers,
): Promise<Response> {
  using content = await open(stack.folder, object.version);
  if (content === undefined) return bytesMissing();
  const { size } = content;
  const part = allowsPart(request.headers, validatorsOf(object))
    ? partOf(request.headers.get("range"), size)
    : undefined;
  const { first, last } = part ?? { first: 0, last: size - 1 };
  headers.set("content-length", String(last - first + 1));
  if (part !== undefined) {
    headers.set("content-range", `bytes ${first}-${last}/${size}`);
  }
  const status = part === undefined ? 200 : 206;
  return new Response(content.stream(part), { status, headers });
}

function headersOf(object: StoredObject): Record<string, string> {
  const { mimetype, contentEncoding } = object.metadata ?? {};
  const { eTag, lastModified } = validatorsOf(object);
  return {
    "accept-ranges": "bytes",
    "content-type": harmless(mimetype ?? "application/octet-stream"),
    ...contentEncoding && { "content-encoding": contentEncoding },
    "etag": eTag,
    "last-modified": lastModified.toUTCString(),
    "x-robots-tag": "none",
  };
}

/** What tells this state of `object` from another. */
export function validatorsOf(
  { metadata, updated_at: updatedAt }: StoredObject,
): Validators {
  const { eTag = "", lastModified } = metadata ?? {};
  return { eTag, lastModified: new Date(lastModified ?? updatedAt) };
}

/** A page must not run under the project's own origin. */
function harmless(mimetype: string): string {
  return mimetype.toLowerCase().includes("text/html") ? "text/plain" : mimetype;
}

function attachment(filename: string): string {
  if (filename === "") return "attachment;";
  const encoded = encodeURIComponent(filename);
  return `attachment; filename=${encoded}; filename*=UTF-8''${encoded};`;
}

/** The row is there and the bytes are not: somebody is deleting both. */
function bytesMissing(): Response {
  const message = "The resource was not found";
  return Response.json(
    { statusCode: "404", error: "Not found", message },
    { status: 400, headers: { "cache-control": "no-store" } },
  );
}
