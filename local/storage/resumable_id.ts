/**
 * What a resumable upload is called: where its object is to be, and as which
 * version. Clients keep it in the URL of the upload. No I/O.
 *
 * @module
 */
import { invalidUploadId, metadataRequired } from "./errors.ts";
import { requireBucketName, requireKey } from "./names.ts";

/** The parts of an id, each of them checked. */
export interface UploadId {
  readonly bucket: string;
  readonly name: string;
  /** A UUID, and so a file name. */
  readonly version: string;
}

const VERSION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What `Upload-Metadata` says, decoded. A key without a value has null. */
export type UploadMetadata = Readonly<Record<string, string | null>>;

/**
 * A new id for the object that `metadata` names. Throws `InvalidRequest`,
 * `InvalidBucketName` or `InvalidKey`.
 */
export function nameUpload(metadata: UploadMetadata | undefined): UploadId {
  if (metadata === undefined) throw metadataRequired();
  const { bucketName: bucket, objectName: name } = metadata;
  return checked({
    bucket: bucket ?? "",
    name: name ?? "",
    version: crypto.randomUUID(),
  });
}

/** `id` as text: `photos/u1/a.png/<version>`. */
export function formatUploadId({ bucket, name, version }: UploadId): string {
  return `${bucket}/${name}/${version}`;
}

/** Takes `text` apart. Throws as `nameUpload` does, or `InvalidUploadId`. */
export function parseUploadId(text: string): UploadId {
  const [bucket = "", ...rest] = text.split("/");
  const version = rest.pop() ?? "";
  return checked({ bucket, name: rest.join("/"), version });
}

function checked(id: UploadId): UploadId {
  requireBucketName(id.bucket);
  requireKey(id.name);
  if (!VERSION.test(id.version)) throw invalidUploadId();
  return id;
}

/** Whether a file is named after a version. */
export function isVersion(name: string): boolean {
  return VERSION.test(name);
}

const BASE64URL = { alphabet: "base64url", omitPadding: true } as const;

/** `id` as the last segment of a URL. */
export function encodeUploadId(id: string): string {
  return new TextEncoder().encode(id).toBase64(BASE64URL);
}

/** The id in the last segment of a URL. Throws `InvalidUploadId`. */
export function decodeUploadId(segment: string): string {
  try {
    const bytes = Uint8Array.fromBase64(segment, BASE64URL);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidUploadId();
    throw error;
  }
}
