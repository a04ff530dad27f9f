/**
 * The routes that read objects.
 *
 * @module
 */
import type { Claims } from "../database.ts";
import { open } from "./bytes.ts";
import { allowsPart, type Validators, weigh } from "./conditions.ts";
import { noSuchBucket, preconditionFailed } from "./errors.ts";
import { refuseVersion } from "./features.ts";
import { requireBucketName, requireKey } from "./names.ts";
import { findObject, type StoredObject } from "./objects.ts";
import { partOf } from "./ranges.ts";
import { verifyToken } from "./signed_urls.ts";
import { claimsIfAny, forCaller, STORAGE_ITSELF, type Visit } from "./visit.ts";

/** `GET /object/sign/:bucket/*` */
export async function downloadFromSignedUrl(visit: Visit): Promise<Response> {
  const { exp } = await verifyToken(visit, "download");
  const object = await find(visit, STORAGE_ITSELF);
  // A cache may keep it for as long as the URL works, and no longer.
  const expires = new Date(exp * 1000).toUTCString();
  return await send(visit, object, { expires });
}

/** `GET /object/public/:bucket/*` */
export async function downloadPublic(visit: Visit): Promise<Response> {
  return await sendAs(visit, undefined);
}

/** `GET /object/authenticated/:bucket/*` */
export const downloadAuthenticated = forCaller((call) =>
  sendAs(call, call.claims)
);

/** `GET /object/:bucket/*` */
export async function download(visit: Visit): Promise<Response> {
  return await sendAs(visit, await claimsIfAny(visit));
}

/** `GET /object/info/public/:bucket/*` */
export async function infoPublic(visit: Visit): Promise<Response> {
  return describe(await findAs(visit, undefined));
}

/** `GET /object/info/authenticated/:bucket/*` */
export const infoAuthenticated = forCaller(async (call) =>
  describe(await findAs(call, call.claims))
);

/** `GET /object/info/:bucket/*` */
export async function info(visit: Visit): Promise<Response> {
  return describe(await findAs(visit, await claimsIfAny(visit)));
}

/** What is in a public bucket is everybody's. The rest is for policies to say. */
async function findAs(
  visit: Visit,
  claims: Claims | undefined,
): Promise<StoredObject> {
  const [bucket] = await visit.stack.database.as(
    STORAGE_ITSELF,
    (sql) =>
      sql.query<{ public: boolean }>(
        "select public from storage.buckets where id = $1",
        [visit.bucket],
      ),
  );
  if (bucket?.public) return await find(visit, STORAGE_ITSELF);
  // A stranger does not learn whether a private bucket exists.
  if (bucket === undefined || claims === undefined) throw noSuchBucket();
  return await find(visit, claims);
}

async function find(visit: Visit, claims: Claims): Promise<StoredObject> {
  const { stack, query, bucket, name } = visit;
  refuseVersion(query.get("versionId"));
  requireBucketName(bucket);
  requireKey(name);
  return await findObject(stack.database, claims, [bucket, name]);
}

async function sendAs(
  visit: Visit,
  claims: Claims | undefined,
): Promise<Response> {
  const object = await findAs(visit, claims);
  const cacheControl = object.metadata?.cacheControl ?? "no-cache";
  return await send(visit, object, { "cache-control": cacheControl });
}

async function send(
  { stack, request, query }: Visit,
  object: StoredObject,
  caching: Readonly<Record<string, string>>,
): Promise<Response> {
  const { version, metadata } = object;
  const headers = new Headers({ ...caching, ...headersOf(object) });
  const filename = query.get("download");
  if (filename !== null) {
    headers.set("content-disposition", attachment(filename));
  }
  const now = validatorsOf(object);
  const outcome = weigh(request.headers, now);
  if (outcome === "precondition failed") throw preconditionFailed();
  if (outcome === "not modified") {
    return new Response(null, { status: 304, headers });
  }
  if (request.method === "HEAD") {
    if (metadata?.size !== undefined) {
      headers.set("content-length", String(metadata.size));
    }
    return new Response(null, { headers });
  }

  using content = await open(stack.folder, version);
  if (content === undefined) return bytesMissing();
  const { size } = content;
  const part = allowsPart(request.headers, now)
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

function validatorsOf(
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

function describe(object: StoredObject): Response {
  const { metadata } = object;
  const { eTag, lastModified } = validatorsOf(object);
  const headers = {
    "cache-control": metadata?.cacheControl ?? "no-cache",
    "etag": eTag,
    "last-modified": lastModified.toUTCString(),
  };
  return Response.json({
    id: object.id,
    name: object.name,
    version: object.version,
    bucket_id: object.bucket_id,
    size: metadata?.size ?? null,
    content_type: metadata?.mimetype ?? null,
    cache_control: metadata?.cacheControl ?? null,
    etag: metadata?.eTag ?? null,
    metadata: object.user_metadata,
    last_modified: object.updated_at,
    created_at: object.created_at,
  }, { headers });
}
