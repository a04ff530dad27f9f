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
import { findObject } from "./objects.ts";
import { keep, rehearseUpload } from "./store.ts";
import { forCaller } from "./visit.ts";

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

/**
 * `POST /object/copy`. The caller needs a policy to select the source, and
 * those of an upload for the copy. Bucket limits are not asked again.
 */
export const copyObject = forCaller(async (call) => {
  const { stack, request, claims } = call;
  const asked = await readJson(request, REQUEST);
  const bucket = asked.destinationBucket ?? asked.bucketId;
  const name = asked.destinationKey;
  refuseVersion(asked.sourceVersionId);
  requireBucketName(asked.bucketId);
  requireBucketName(bucket);
  requireKey(name);
  requireHeaders(asked.metadata);

  const from = [asked.bucketId, asked.sourceKey] as const;
  const source = await findObject(stack.database, claims, from);
  const upsert = request.headers.get("x-upsert") === "true";
  const copy = {
    bucket,
    name,
    owner: claims.sub,
    metadata: {
      ...source.metadata,
      ...asked.copyMetadata ? {} : asked.metadata,
    },
    userMetadata: asked.copyMetadata
      ? source.user_metadata ?? {}
      : metadataHeader(request),
  };
  await rehearseUpload(stack.database, claims, { ...copy, upsert });

  using content = await open(stack.folder, source.version);
  // Removed since, or replaced: who reads would be told the same.
  if (content === undefined) throw noSuchKey();
  const version = crypto.randomUUID();
  const place = { folder: stack.folder, version, maxBytes: Infinity };
  const { eTag } = await write(place, content.stream());
  const lastModified = new Date().toISOString();
  const metadata = { ...copy.metadata, eTag, lastModified };
  const row = await keep(stack, { ...copy, version, metadata }, upsert);
  return Response.json({ Id: row.id, Key: `${bucket}/${name}`, ...row });
});
