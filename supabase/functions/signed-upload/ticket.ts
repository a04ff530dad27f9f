/**
 * What a caller gets for an allowed upload.
 *
 * @module
 */
import type { Place } from "../_shared/place.ts";
import { type SignedUpload, storageHost } from "../_shared/storage.ts";
import { MiB } from "../_shared/units.ts";
import type { Choice } from "./choice.ts";
import type { Protocol } from "./policy.ts";
import type { S3 } from "./s3.ts";
import type { Upload } from "./upload.ts";
import type { Wanted } from "./wanted.ts";

/** Storage takes pieces of this size and no other, but for the last. */
const PIECE_BYTES = 6 * MiB;

/** Permission to upload one object, once, as is best for it. */
export interface Ticket extends Choice {
  /** A UUID: the same for a request that is repeated with its key. */
  readonly id: string;
  /** Where the object will be. */
  readonly object: Place;
  /** Storage takes this type and no other. */
  readonly type: string;
  /** Storage takes this size and no other. */
  readonly bytes: number;
  /** RFC 3339, in UTC. Nothing is taken after it. */
  readonly expiresAt: string;
  readonly standard?: Standard;
  readonly resumable?: Resumable;
  /** Only if it is the protocol to use. */
  readonly s3?: S3;
}

/** One request, with `uploadToSignedUrl` or any other client. */
export interface Standard extends Place {
  /**
   * `storage.from(bucket).uploadToSignedUrl(path, token, file, options)`.
   */
  readonly token: string;
  readonly options: {
    readonly contentType: string;
    /** In seconds. */
    readonly cacheControl?: string;
    readonly metadata?: Readonly<Record<string, unknown>>;
  };
  /** Absolute. The bytes go here, with `method` and `headers`. */
  readonly url: string;
  readonly method: "PUT";
  readonly headers: Readonly<Record<string, string>>;
}

/** The endpoint that takes a signed upload's token. */
const TUS = "/storage/v1/upload/resumable/sign";

/** What a TUS client needs. Source: "Resumable Uploads" of Supabase's docs. */
export interface Resumable {
  /** Absolute. On the platform it is the host that is Storage's alone. */
  readonly endpoint: string;
  /** With every request. */
  readonly headers: { readonly "x-signature": string };
  /** `Upload-Metadata`, before it is encoded. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly chunkBytes: number;
}

/** What a ticket is made of. */
export interface Terms {
  readonly upload: Upload;
  readonly wanted: Wanted;
  /** Those that the bucket offers. */
  readonly protocols: readonly Protocol[];
  readonly choice: Choice;
  readonly signed: SignedUpload;
  readonly s3?: S3 | undefined;
}

/** The ticket for an upload that Storage has signed. */
export function ticketOf(
  { upload, wanted, protocols, choice, signed, s3 }: Terms,
): Ticket {
  const { id, object, type, bytes, expiresAt } = upload;
  const ends = Math.min(Date.parse(expiresAt), signed.expiresAt.getTime());
  return {
    ...{ id, object, type, bytes },
    expiresAt: new Date(ends).toISOString(),
    ...choice,
    ...protocols.includes("standard") && {
      standard: standardOf(upload, wanted, signed),
    },
    ...protocols.includes("resumable") && {
      resumable: resumableOf(upload, wanted, signed),
    },
    ...s3 && { s3 },
  };
}

function standardOf(
  { at, type }: Upload,
  { cacheControl, metadata }: Wanted,
  { url, token }: SignedUpload,
): Standard {
  return {
    ...at,
    token,
    options: {
      contentType: type,
      ...cacheControl !== undefined && { cacheControl: String(cacheControl) },
      ...metadata && { metadata },
    },
    url,
    method: "PUT",
    headers: {
      ...headersOf({ type, cacheControl }),
      ...metadata && { "x-metadata": base64(JSON.stringify(metadata)) },
    },
  };
}

function resumableOf(
  { at, type }: Upload,
  { cacheControl, metadata }: Wanted,
  { url, token }: SignedUpload,
): Resumable {
  return {
    endpoint: storageHost(new URL(url).origin) + TUS,
    headers: { "x-signature": token },
    metadata: {
      bucketName: at.bucket,
      objectName: at.path,
      contentType: type,
      ...cacheControl !== undefined && { cacheControl: String(cacheControl) },
      ...metadata && { metadata: JSON.stringify(metadata) },
    },
    chunkBytes: PIECE_BYTES,
  };
}

/** What an object is to be served with, as its sender says it. */
export function headersOf(
  { type, cacheControl }: Pick<Wanted, "type" | "cacheControl">,
): Readonly<Record<string, string>> {
  return {
    "content-type": type,
    ...cacheControl !== undefined && {
      "cache-control": `max-age=${cacheControl}`,
    },
  };
}

/** Of the text in UTF-8. `btoa` takes bytes alone. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
