/**
 * The routes that read objects.
 *
 * @module
 */
import type { Claims } from "../database.ts";
import { noSuchBucket } from "./errors.ts";
import { refuseVersion } from "./features.ts";
import { requireBucketName, requireKey } from "./names.ts";
import { findObject, type StoredObject } from "./objects.ts";
import { represent, validatorsOf } from "./representation.ts";
import { verifyToken } from "./signed_urls.ts";
import { claimsIfAny, forCaller, STORAGE_ITSELF, type Visit } from "./visit.ts";

/** `GET /object/sign/:bucket/*` */
export async function downloadFromSignedUrl(visit: Visit): Promise<Response> {
  const { exp } = await verifyToken(visit, "download");
  const object = await find(visit, STORAGE_ITSELF);
  // A cache may keep it for as long as the URL works, and no longer.
  const expires = new Date(exp * 1000).toUTCString();
  return await represent(visit, object, { expires });
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
  return await represent(visit, object, { "cache-control": cacheControl });
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
