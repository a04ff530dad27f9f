/**
 * What a resumable upload is to become: what its bucket allows, the row that
 * policies are shown, and the object.
 *
 * @module
 */
import type { Upload } from "@tus/server";
import { parseMetadata, requireHeaders } from "./incoming.ts";
import { requireAllowed } from "./mime.ts";
import type { Draft } from "./objects.ts";
import { parseUploadId } from "./resumable_id.ts";
import { UploadStore } from "./resumable_store.ts";
import { keep, metadataFor, rulesFor, type Target } from "./store.ts";
import type { ScopedStack } from "./visit.ts";

/** For whom an object is written, and whether it may replace another. */
export type Grant = Pick<Target, "owner" | "upsert">;

/** None is the project's limit, as there, where it is none for other uploads. */
export async function maxBytesFor(
  stack: ScopedStack,
  id: string,
): Promise<number> {
  const { maxBytes } = await rulesFor(stack, parseUploadId(id));
  return maxBytes || stack.maxBytes;
}

/**
 * The metadata to keep of an upload that its bucket takes. Throws
 * `InvalidMimeType` or `InvalidRequest`. Without a type the bucket's list is
 * not asked, as there.
 */
export async function admit(
  stack: ScopedStack,
  { id, metadata = {} }: Upload,
): Promise<Record<string, string | null>> {
  const { contentType, cacheControl } = metadata;
  const { mimeTypes } = await rulesFor(stack, parseUploadId(id));
  if (contentType) requireAllowed(contentType, mimeTypes);
  requireHeaders({ mimetype: contentType ?? undefined });
  const seconds = /^-?\d+$/.test(cacheControl ?? "") ? cacheControl : null;
  return {
    ...metadata,
    cacheControl: seconds === null ? "no-cache" : `max-age=${seconds}`,
  };
}

/** What an upload wants to be, before its bytes have been counted. */
export function draftOf(
  { id, size, metadata = {} }: Upload,
): Omit<Draft, "version"> {
  const { bucket, name } = parseUploadId(id);
  return {
    bucket,
    name,
    owner: undefined,
    metadata: { mimetype: typeOf(metadata), contentLength: size },
    userMetadata: parseMetadata(metadata["metadata"] ?? undefined),
  };
}

/** Makes an object of an upload, once, or removes all of it. */
export async function finish(
  stack: ScopedStack,
  upload: Upload,
  { owner, upsert }: Grant,
): Promise<void> {
  const uploads = new UploadStore(stack);
  const { version } = parseUploadId(upload.id);
  const written = await uploads.complete(version);
  if (written === undefined) return;
  const { metadata = {} } = upload;
  const incoming = {
    mimetype: typeOf(metadata),
    cacheControl: metadata["cacheControl"] ?? "no-cache",
  };
  const draft = {
    ...draftOf(upload),
    owner,
    version,
    metadata: metadataFor(incoming, written),
  };
  try {
    await keep(stack, draft, upsert);
  } catch (error) {
    await uploads.discard(version);
    throw error;
  }
}

function typeOf({ contentType }: NonNullable<Upload["metadata"]>): string {
  return contentType || "application/octet-stream";
}
