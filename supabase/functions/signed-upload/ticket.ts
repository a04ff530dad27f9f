/**
 * What a caller gets for an allowed upload. No I/O.
 *
 * @module
 */
import type { SignedUpload } from "../_shared/storage.ts";
import { MiB } from "../_shared/units.ts";
import type { Plan } from "./policy.ts";

/** Storage takes pieces of this size and no other, but for the last. */
const PIECE_BYTES = 6 * MiB;

/** Permission to upload one object, once. */
export interface Ticket {
  /** A UUID: the same for a request that is repeated with its key. */
  readonly id: string;
  readonly bucket: string;
  readonly path: string;
  /** Storage takes this type and no other. */
  readonly type: string;
  /** Storage takes this size and no other. */
  readonly bytes: number;
  /** Absolute. The bytes go here, with `method` and `headers`. */
  readonly url: string;
  /** What `uploadToSignedUrl` takes in the place of `url`. */
  readonly token: string;
  readonly method: "PUT";
  readonly headers: Readonly<Record<string, string>>;
  /** The same upload for a TUS client, in pieces that survive a lost network. */
  readonly resumable: Resumable;
  /** RFC 3339, in UTC. Storage sets it: two hours after signing when hosted. */
  readonly expiresAt: string;
}

/** What a TUS client needs. Source: "Resumable Uploads" of Supabase's docs. */
export interface Resumable {
  /** Absolute. On the platform it is the host that is Storage's alone. */
  readonly endpoint: string;
  /** With every request. */
  readonly headers: { readonly "x-signature": string };
  /** `Upload-Metadata`, before it is encoded. */
  readonly metadata: {
    readonly bucketName: string;
    readonly objectName: string;
    readonly contentType: string;
  };
  readonly chunkBytes: number;
}

/** The ticket for the upload `id`, planned as `plan` and signed as `signed`. */
export function ticketOf(
  id: string,
  { bucket, path, type, bytes }: Plan,
  { url, token, expiresAt }: SignedUpload,
): Ticket {
  return {
    ...{ id, bucket, path, type, bytes, url, token },
    method: "PUT",
    headers: { "content-type": type },
    resumable: {
      endpoint: endpointOf(url),
      headers: { "x-signature": token },
      metadata: { bucketName: bucket, objectName: path, contentType: type },
      chunkBytes: PIECE_BYTES,
    },
    expiresAt: expiresAt.toISOString(),
  };
}

/**
 * Where TUS is, beside the URL that Storage has signed.
 *
 * @example The platform has a host for large uploads
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { endpointOf } from "./ticket.ts";
 *
 * const signed = "https://abc.supabase.co/storage/v1/object/upload/sign/b/p?token=t";
 * equal(
 *   endpointOf(signed),
 *   "https://abc.storage.supabase.co/storage/v1/upload/resumable/sign",
 * );
 * ```
 */
export function endpointOf(signed: string): string {
  const url = new URL(signed);
  url.hostname = url.hostname.replace(
    /^([a-z0-9]+)\.supabase\.co$/,
    "$1.storage.supabase.co",
  );
  url.pathname = url.pathname.replace(
    /\/object\/upload\/sign\/.*$/,
    "/upload/resumable/sign",
  );
  url.search = "";
  return url.href;
}
