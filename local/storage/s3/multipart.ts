/**
 * The operations of an upload in parts, but for its end.
 *
 * @module
 */
import { discard, write } from "../bytes.ts";
import { entityTooLarge } from "../errors.ts";
import { requireBucketName, requireKey } from "../names.ts";
import { rehearseUpload, rulesFor } from "../store.ts";
import { STORAGE_ITSELF } from "../visit.ts";
import type { S3Call } from "./call.ts";
import { invalidArgument, missingContentLength } from "./errors.ts";
import { describe } from "./objects.ts";
import {
  addPart,
  beginUpload,
  endUpload,
  findUpload,
  partsOf,
  type Upload,
  type UploadKey,
} from "./uploads.ts";
import { metadataOf } from "./user_metadata.ts";
import { xmlResponse } from "./xml.ts";

/** AWS: parts of an upload. */
export const MAX_PARTS = 10_000;

/** However many are asked for. */
const MAX_LISTED = 1000;

/** `POST /:bucket/*?uploads` */
export async function createMultipartUpload(call: S3Call): Promise<Response> {
  const { stack, request, bucket, name, claims } = call;
  requireBucketName(bucket);
  requireKey(name);
  const target = { bucket, name, owner: claims.sub, upsert: true };
  const metadata = describe(request, await rulesFor(stack, target));
  const userMetadata = metadataOf(request.headers);
  await rehearseUpload(stack.database, claims, {
    ...target,
    metadata: { mimetype: metadata.mimetype },
    userMetadata,
  });

  const begun = { ...target, metadata, userMetadata };
  const id = await beginUpload(stack.database, begun);
  return xmlResponse({
    InitiateMultipartUploadResult: { Bucket: bucket, Key: name, UploadId: id },
  });
}

/** `PUT /:bucket/*?partNumber=&uploadId=`. The last of a number counts. */
export async function uploadPart(call: S3Call): Promise<Response> {
  const { stack: { database, folder }, query, claims, payload } = call;
  const key = keyOf(call);
  const number = numberOf(query.get("partNumber"), MAX_PARTS);
  await requireUpload(call);
  const { maxBytes } = await rulesFor(call.stack, targetOf(call));
  const declared = payload.contentLength;
  if (declared === undefined) throw missingContentLength();
  if (declared > maxBytes) throw entityTooLarge();

  const id = crypto.randomUUID();
  const place = { folder, version: id, maxBytes };
  const { bytes, eTag } = await write(place, payload.chunks);
  const part = { id, "part_number": number, size: bytes, etag: eTag };
  const owner = claims.sub;
  const replaced = await addPart(database, key, { part, owner, maxBytes })
    .catch(async (error) => {
      await discard(folder, id);
      throw error;
    });
  for (const old of replaced) await discard(folder, old);
  return new Response(null, { headers: { etag: eTag } });
}

/**
 * `GET /:bucket/*?uploadId=`. A person sees none without a policy on
 * `storage.s3_multipart_uploads_parts`, there as here.
 */
export async function listParts(call: S3Call): Promise<Response> {
  const { stack: { database }, query, bucket, name, claims } = call;
  const { id } = await findUpload(database, keyOf(call));
  const after = query.get("part-number-marker");
  const marker = after === null ? 0 : numberOf(after, MAX_PARTS);
  const asked = query.get("max-parts");
  const limit = asked === null ? MAX_LISTED : numberOf(asked, MAX_LISTED);
  const parts = (await partsOf(database, claims, id))
    .filter((it) => it.part_number > marker);
  const page = parts.slice(0, limit);
  const isTruncated = page.length < parts.length;
  return xmlResponse({
    ListPartsResult: {
      Bucket: bucket,
      Key: name,
      UploadId: id,
      PartNumberMarker: marker,
      NextPartNumberMarker: isTruncated ? page.at(-1)?.part_number : undefined,
      MaxParts: limit,
      IsTruncated: isTruncated,
      Part: page.map((it) => ({
        PartNumber: it.part_number,
        LastModified: it.created_at,
        ETag: it.etag,
        Size: it.size,
      })),
    },
  });
}

/** `DELETE /:bucket/*?uploadId=`. The rows go first, and then the bytes. */
export async function abortMultipartUpload(call: S3Call): Promise<Response> {
  await requireUpload(call);
  await abandon(call);
  return new Response(null, { status: 204 });
}

/** Ends an upload without an object. Throws `NoSuchUpload`. */
export async function abandon(call: S3Call): Promise<void> {
  const { database, folder } = call.stack;
  const parts = await database.as(
    STORAGE_ITSELF,
    (sql) => endUpload(sql, keyOf(call)),
  );
  for (const { id } of parts) await discard(folder, id);
}

/**
 * The upload that a call is about, if its caller may upload there: whoever has
 * begun it. Throws `NoSuchUpload` or `AccessDenied`.
 */
export async function requireUpload(call: S3Call): Promise<Upload> {
  const { stack: { database }, claims } = call;
  const upload = await findUpload(database, keyOf(call));
  await rehearseUpload(database, claims, {
    ...targetOf(call),
    metadata: { mimetype: upload.metadata.mimetype },
    userMetadata: upload.user_metadata ?? undefined,
  });
  return upload;
}

/** Where the upload of a call is to go. */
export function targetOf({ bucket, name, claims }: S3Call): {
  bucket: string;
  name: string;
  owner: string | undefined;
  upsert: true;
} {
  return { bucket, name, owner: claims.sub, upsert: true };
}

/** Which upload a call is about. */
export function keyOf({ bucket, name, query }: S3Call): UploadKey {
  return [bucket, name, query.get("uploadId") ?? ""];
}

/** Throws `InvalidArgument` unless it is from 1 to `max`. */
function numberOf(text: string | null, max: number): number {
  const number = /^\d{1,5}$/.test(text ?? "") ? Number(text) : 0;
  if (number >= 1 && number <= max) return number;
  throw invalidArgument(`Part number must be from 1 to ${max}`);
}
