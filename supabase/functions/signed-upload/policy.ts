/**
 * Which uploads are allowed, and where they land. No I/O.
 *
 * Edit `BUCKETS` to make it yours, and the migration `…_buckets.sql` with it.
 *
 * @module
 */
import { objectPath } from "../_shared/object_path.ts";
import { problem } from "../_shared/problem.ts";
import type { RateLimit } from "../_shared/rate_limit.ts";
import { GiB, MiB } from "../_shared/units.ts";

const uploadTooLarge = problem(413, "Upload too large");
const typeNotAllowed = problem(415, "File type not allowed");

/** What one person may have in a bucket: objects and open tickets together. */
export interface Quota {
  readonly bytes: number;
  readonly objects: number;
}

/** What a bucket takes. */
export interface Bucket {
  readonly maxBytes: number;
  /** Media types without parameters. */
  readonly types: readonly string[];
  readonly quota: Quota;
}

/**
 * What each bucket takes. Storage enforces the same numbers from the migration
 * `…_buckets.sql`; checking here spares the caller a doomed upload.
 */
export const BUCKETS = {
  photos: {
    maxBytes: 10 * MiB,
    types: ["image/png", "image/jpeg", "image/webp"],
    quota: { bytes: 1 * GiB, objects: 10_000 },
  },
  documents: {
    maxBytes: 25 * MiB,
    types: ["application/pdf", "text/plain"],
    quota: { bytes: 1 * GiB, objects: 10_000 },
  },
} satisfies Readonly<Record<string, Bucket>>;

/** The name of a bucket that people may upload to. */
export type BucketName = keyof typeof BUCKETS;

/** The names, for a schema: a lookup by a caller's text would find `toString`. */
export const BUCKET_NAMES = Object.keys(BUCKETS) as BucketName[];

/** A media type without parameters, in lower case: RFC 6838 §4.2. */
export const MEDIA_TYPE =
  /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/** Tickets one person may ask for: a folder of photos at once, then one a second. */
export const LIMIT: RateLimit = {
  name: "upload-tickets",
  capacity: 60,
  windowS: 60,
};

/** What a caller asks for. */
export interface Wanted {
  readonly bucket: BucketName;
  /** Last path segment, as the user named the file. */
  readonly name: string;
  /** Media type without parameters: `image/png`. */
  readonly type: string;
  readonly bytes: number;
}

/** An allowed upload. */
export interface Plan extends Wanted {
  /** `<owner>/<name>`: policies compare the first segment with `auth.uid()`. */
  readonly path: string;
  readonly quota: Quota;
}

/**
 * Decides whether `owner` may upload `wanted`, and under which path.
 *
 * @throws {Problem} "Upload too large", "File type not allowed" or "Invalid
 * object path".
 *
 * @example The owner's id becomes the folder
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { planUpload } from "./policy.ts";
 *
 * const me = { bucket: "photos", name: "me.png", type: "image/png" } as const;
 * equal(planUpload("7f3c", { ...me, bytes: 9 }).path, "7f3c/me.png");
 * ```
 */
export function planUpload(owner: string, wanted: Wanted): Plan {
  const { bucket, name, type, bytes } = wanted;
  const { maxBytes, types, quota }: Bucket = BUCKETS[bucket];

  if (bytes > maxBytes) {
    throw uploadTooLarge(`Cannot upload ${bytes} bytes`, { maxBytes });
  }
  if (!types.includes(type)) {
    throw typeNotAllowed(`Cannot upload "${type}"`, { types });
  }
  return { ...wanted, quota, path: objectPath([owner, name]) };
}
