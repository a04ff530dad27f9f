/**
 * The operation that makes one object of the parts of an upload.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { discard, open, write } from "../bytes.ts";
import { StorageError } from "../errors.ts";
import { keepAfter, metadataFor, rulesFor } from "../store.ts";
import { STORAGE_ITSELF } from "../visit.ts";
import type { S3Call } from "./call.ts";
import {
  entityTooSmall,
  invalidPart,
  invalidPartOrder,
  malformedXml,
} from "./errors.ts";
import {
  abandon,
  keyOf,
  MAX_PARTS,
  requireUpload,
  targetOf,
} from "./multipart.ts";
import { bare, type NamedPart, readParts } from "./part_list.ts";
import { textOf } from "./payload.ts";
import { endUpload, type Part, partsOf } from "./uploads.ts";
import { xmlResponse } from "./xml.ts";

/** AWS: of every part but the last. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** Ten thousand parts, each with a checksum or two. */
const MAX_LIST_BYTES = 4 * 1024 * 1024;

/**
 * `POST /:bucket/*?uploadId=`. Of two at once one wins, and the other is told
 * that there is no such upload.
 */
export async function completeMultipartUpload(call: S3Call): Promise<Response> {
  const { stack, bucket, name, payload } = call;
  const { database, folder } = stack;
  const named = readParts(await textOf(payload, MAX_LIST_BYTES));
  const upload = await requireUpload(call);
  const parts = choose(
    await partsOf(database, STORAGE_ITSELF, upload.id),
    named,
  );
  const target = targetOf(call);
  const { maxBytes } = await rulesFor(stack, target);

  const version = crypto.randomUUID();
  const place = { folder, version, maxBytes };
  const { bytes } = await write(place, joined(folder, parts));
  const eTag = eTagOf(parts);
  const draft = {
    ...target,
    version,
    metadata: metadataFor(upload.metadata, { bytes, eTag }),
    userMetadata: upload.user_metadata ?? {},
  };
  const { first: ended } = await keepAfter(stack, draft, {
    upsert: true,
    first: (sql) => endUpload(sql, keyOf(call)),
  }).catch(async (error) => {
    await giveUp(call, error);
    throw error;
  });
  for (const { id } of ended) await discard(folder, id);
  return xmlResponse({
    CompleteMultipartUploadResult: {
      Location: `${bucket}/${name}`,
      Bucket: bucket,
      Key: name,
      ETag: eTag,
    },
  });
}

/** What a trigger has refused will not be better the next time. */
async function giveUp(call: S3Call, reason: unknown): Promise<void> {
  const hasLost = reason instanceof StorageError &&
    reason.code === "NoSuchUpload";
  if (!hasLost) await abandon(call);
}

/** Those that are named, or all if none is. */
function choose(parts: readonly Part[], named: readonly NamedPart[]): Part[] {
  const byNumber = new Map(parts.map((part) => [part.part_number, part]));
  const chosen = named.length === 0 ? [...parts] : named.map((it) => {
    const part = byNumber.get(it.number);
    if (part === undefined || bare(part.etag) !== it.eTag) throw invalidPart();
    return part;
  });
  if (chosen.length === 0 || chosen.length > MAX_PARTS) throw malformedXml();
  for (const [index, { part_number: number }] of chosen.entries()) {
    const before = chosen[index - 1]?.part_number ?? 0;
    if (number <= before) throw invalidPartOrder();
  }
  if (chosen.slice(0, -1).some(({ size }) => size < MIN_PART_BYTES)) {
    throw entityTooSmall();
  }
  return chosen;
}

async function* joined(
  folder: string,
  parts: readonly Part[],
): AsyncGenerator<Uint8Array, void> {
  for (const { id } of parts) {
    using content = await open(folder, id);
    // Replaced since it was chosen, or the upload has been ended.
    if (content === undefined) throw invalidPart();
    yield* content.stream();
  }
}

/** As AWS makes it: the MD5 of the MD5s, and how many there are. */
function eTagOf(parts: readonly Part[]): string {
  const hash = createHash("md5");
  for (const { etag } of parts) hash.update(bare(etag), "hex");
  return `"${hash.digest("hex")}-${parts.length}"`;
}
