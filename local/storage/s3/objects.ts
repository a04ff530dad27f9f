/**
 * The operations on whole objects.
 *
 * @module
 */
import { declaredLength, requireHeaders } from "../incoming.ts";
import {
  accessDenied,
  entityTooLarge,
  invalidRequest,
  noSuchKey,
} from "../errors.ts";
import { requireAllowed } from "../mime.ts";
import { requireBucketName, requireKey } from "../names.ts";
import { findObject } from "../objects.ts";
import { remove } from "../removals.ts";
import { represent } from "../representation.ts";
import { putObject as store, type Rules, rulesFor } from "../store.ts";
import { STORAGE_ITSELF } from "../visit.ts";
import type { S3Call } from "./call.ts";
import { headersOf, metadataOf } from "./user_metadata.ts";

/** What the headers of an upload say of the object. */
export interface Described {
  /** As the sender declares it. Nobody looks at the bytes. */
  readonly mimetype: string;
  readonly cacheControl: string;
  readonly contentEncoding: string | undefined;
}

/** `PUT /:bucket/*`. It replaces what is there, as S3 always does. */
export async function putObject(call: S3Call): Promise<Response> {
  const { stack, request, bucket, claims, payload } = call;
  // So the dashboard keeps empty folders, and so the real server does here.
  const isFolder = call.name.endsWith("/") && declaredLength(request) === 0;
  const name = isFolder ? `${call.name}.emptyFolderPlaceholder` : call.name;
  requireBucketName(bucket);
  requireKey(name);
  const target = { bucket, name, owner: claims.sub, upsert: true };
  const rules = await rulesFor(stack, target);
  const described = describe(request, rules);
  if ((payload.contentLength ?? 0) > rules.maxBytes) throw entityTooLarge();

  const userMetadata = metadataOf(request.headers);
  const incoming = { ...described, ...payload, userMetadata };
  const { maxBytes } = rules;
  const row = await store(stack, claims, { target, incoming, maxBytes });
  return new Response(null, { headers: { etag: row.metadata?.eTag ?? "" } });
}

/** Throws `InvalidMimeType`, or `InvalidRequest` for what is no object. */
export function describe(
  { headers }: Request,
  { mimeTypes }: Pick<Rules, "mimeTypes">,
): Described {
  const mimetype = headers.get("content-type") || "application/octet-stream";
  if (mimetype.startsWith("multipart/form-data")) {
    throw invalidRequest("Multipart form data not supported");
  }
  // How a body is sent is no part of what is sent.
  const codings = headers.get("content-encoding")?.split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "aws-chunked") ?? [];
  const described = {
    mimetype,
    cacheControl: headers.get("cache-control") ?? "no-cache",
    contentEncoding: codings.join(", ") || undefined,
  };
  requireAllowed(mimetype, mimeTypes);
  requireHeaders(described);
  return described;
}

/** Headers that a request may choose for its answer. */
const OVERRIDES = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
];

/** `GET /:bucket/*` and `HEAD /:bucket/*` */
export async function getObject(call: S3Call): Promise<Response> {
  const { stack, query, bucket, name, claims } = call;
  requireBucketName(bucket);
  requireKey(name);
  const object = await findObject(stack.database, claims, [bucket, name]);
  const { mimetype, cacheControl = "no-cache" } = object.metadata ?? {};
  const caching = { "cache-control": cacheControl };
  const response = await represent(call, object, caching);
  // The bytes have just been removed: so will the row be.
  if (response.status === 400) throw noSuchKey();

  for (const [header, value] of headersOf(object.user_metadata)) {
    response.headers.set(header, value);
  }
  // Whoever can sign is no page, and is told the type that it gave.
  if (mimetype !== undefined) response.headers.set("content-type", mimetype);
  for (const header of OVERRIDES) {
    const value = query.get(`response-${header}`) ?? "";
    if (/^[\t\x20-\x7e]+$/.test(value)) response.headers.set(header, value);
  }
  return response;
}

/** `DELETE /:bucket/*`. None to delete is as good. */
export async function deleteObject(call: S3Call): Promise<Response> {
  const { stack, bucket, name } = call;
  const removed = await remove(call, [name]);
  if (removed.length === 0) {
    await rulesFor(stack, { bucket, name });
    const hidden = await stack.database.as(STORAGE_ITSELF, (sql) =>
      sql.query(
        "select from storage.objects where bucket_id = $1 and name = $2",
        [bucket, name],
      ));
    if (hidden.length > 0) throw accessDenied();
  }
  return new Response(null, { status: 204 });
}
