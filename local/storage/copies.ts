/**
 * The route that copies an object. The copy has bytes of its own, so that
 * neither object knows of the other.
 *
 * @module
 */
import * as v from "valibot";
import { open, write } from "./bytes.ts";
import { noSuchKey } from "./errors.ts";
import { refuseVersion } from "./features.ts";
import { metadataHeader, requireHeaders } from "./incoming.ts";
import { readJson } from "./json.ts";
import { requireBucketName, requireKey } from "./names.ts";
import { type Draft, findObject, type StoredObject } from "./objects.ts";
import { keep, rehearseUpload } from "./store.ts";
import { type Call, forCaller } from "./visit.ts";

const REQUEST = v.object({
  bucketId: v.string(),
  sourceKey: v.string(),
  destinationBucket: v.optional(v.string()),
  destinationKey: v.string(),
  sourceVersionId: v.optional(v.string()),
  copyMetadata: v.optional(v.boolean(), true),
  metadata: v.optional(
    v.object({
      cacheControl: v.optional(v.string()),
      contentEncoding: v.optional(v.string()),
      mimetype: v.optional(v.string()),
    }),
    {},
  ),
});

type Asked = v.InferOutput<typeof REQUEST>;

/**
 * `POST /object/copy`. The caller needs a policy to select the source, and
 * those of an upload for the copy. Bucket limits are not asked again.
 */
export const copyObject = forCaller(async (call) => {
  const { stack, request, claims } = call;
  const asked = await readJson(request, REQUEST);
  const { bucketId, sourceKey, destinationBucket = bucketId } = asked;
  refuseVersion(asked.sourceVersionId);
  requireBucketName(bucketId);
  requireBucketName(destinationBucket);
  requireKey(asked.destinationKey);
  requireHeaders(asked.metadata);

  const from = [bucketId, sourceKey] as const;
  const source = await findObject(stack.database, claims, from);
  const copy = draftOf(call, asked, source);
  const upsert = request.headers.get("x-upsert") === "true";
  await rehearseUpload(stack.database, claims, { ...copy, upsert });

  const { version, eTag } = await copyBytes(stack.folder, source.version);
  const lastModified = new Date().toISOString();
  const metadata = { ...copy.metadata, eTag, lastModified };
  const row = await keep(stack, { ...copy, version, metadata }, upsert);
  const Key = `${copy.bucket}/${copy.name}`;
  return Response.json({ Id: row.id, Key, ...row });
});

function draftOf(
  { request, claims }: Call,
  asked: Asked,
  source: StoredObject,
): Omit<Draft, "version"> {
  const bucket = asked.destinationBucket ?? asked.bucketId;
  const to = { bucket, name: asked.destinationKey, owner: claims.sub };
  if (asked.copyMetadata) {
    const userMetadata = source.user_metadata ?? {};
    return { ...to, metadata: source.metadata ?? {}, userMetadata };
  }
  const metadata = { ...source.metadata, ...asked.metadata };
  return { ...to, metadata, userMetadata: metadataHeader(request) };
}

/** A new version with the bytes of another. Throws `NoSuchKey`. */
async function copyBytes(
  folder: string,
  from: string | null,
): Promise<{ version: string; eTag: string }> {
  using content = await open(folder, from);
  // Removed since, or replaced: who reads would be told the same.
  if (content === undefined) throw noSuchKey();
  const version = crypto.randomUUID();
  const place = { folder, version, maxBytes: Infinity };
  const { eTag } = await write(place, content.stream());
  return { version, eTag };
}
