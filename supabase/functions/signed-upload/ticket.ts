/**
 * What a caller gets for an allowed upload. No I/O.
 *
 * @module
 */
import type { SignedUpload } from "../_shared/storage.ts";
import type { Plan } from "./policy.ts";

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
  /** RFC 3339, in UTC. Storage sets it: two hours after signing when hosted. */
  readonly expiresAt: string;
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
    expiresAt: expiresAt.toISOString(),
  };
}
