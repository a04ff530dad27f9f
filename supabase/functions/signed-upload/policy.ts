/**
 * Which uploads are allowed, where they land, and what is looked at. No I/O.
 *
 * Edit `BUCKETS` to make it yours, and the migration `…_buckets.sql` with it.
 *
 * @module
 */
import type { RateLimit } from "../_shared/rate_limit.ts";
import { GiB, MiB } from "../_shared/units.ts";
import type { Who } from "../_shared/who.ts";

/** What one person may have in a bucket: objects and open tickets together. */
export interface Quota {
  readonly bytes: number;
  readonly objects: number;
}

/**
 * How bytes travel: in one request, in pieces that survive a lost network (TUS),
 * or with URLs that the project's S3 key has signed.
 */
export type Protocol = "standard" | "resumable" | "s3";

/** What a bucket takes, from whom, and what becomes of it. */
export interface Bucket {
  readonly who: Who;
  readonly maxBytes: number;
  /** Media types without parameters, or all of a kind: `image/*`. */
  readonly types: readonly string[];
  /** What decoding a picture takes: width × height, all frames together. */
  readonly maxPixels: number;
  /**
   * Where an object belongs, made of `{user}`, `{name}`, `{id}`, `{yyyy}`,
   * `{mm}`, `{dd}` in UTC and `{ext}`. The read policy of the bucket compares
   * the first folder with the user.
   */
  readonly path: string;
  readonly quota: Quota;
  /**
   * In order of preference, where size does not decide. With "s3", who has a
   * ticket can tell whether an object of any name exists: docs/uploads.md.
   */
  readonly protocols: readonly Protocol[];
  /** How long a ticket lives. Storage's own URLs live 7,200 s when hosted. */
  readonly lifetimeS: number;
  /**
   * `verified`: an upload arrives in a private inbox, and is moved to its place
   * once its bytes have been looked at. `directly`: it is in its place, and
   * readable there, as soon as it arrives, and is looked at afterwards.
   */
  readonly publish: "verified" | "directly";
  /** Whether its owner may read an upload in the inbox. */
  readonly unverified: "hidden" | "readable";
  /** What becomes of an object that is not what its ticket says. */
  readonly violators: "delete" | "quarantine";
  /** Whether people may replace their own objects. Needs `publish: "directly"`. */
  readonly upsert: boolean;
}

/** What a bucket is like unless it says otherwise. */
const USUAL = {
  who: { anonymous: false, aal2: false },
  // Source: what Storage's own image transformation takes.
  maxPixels: 50_000_000,
  quota: { bytes: 1 * GiB, objects: 10_000 },
  protocols: ["standard", "resumable"],
  lifetimeS: 2 * 60 * 60,
  publish: "verified",
  unverified: "hidden",
  violators: "delete",
  upsert: false,
} satisfies Partial<Bucket>;

/**
 * The buckets. Storage enforces types and sizes as well, from the migration
 * `…_buckets.sql`; checking here spares the caller a doomed upload.
 */
export const BUCKETS = {
  photos: {
    ...USUAL,
    maxBytes: 10 * MiB,
    types: ["image/png", "image/jpeg", "image/webp"],
    path: "{user}/{name}",
  },
  documents: {
    ...USUAL,
    maxBytes: 25 * MiB,
    types: ["application/pdf", "text/plain"],
    path: "{user}/{yyyy}/{mm}/{id}.{ext}",
    violators: "quarantine",
  },
} satisfies Readonly<Record<string, Bucket>>;

/** The name of a bucket that people may upload to. */
export type BucketName = keyof typeof BUCKETS;

/** Where uploads arrive, and where violators go. In the migration as well. */
export const INBOX = "portico-inbox";
export const QUARANTINE = "portico-quarantine";

/** The names, for a schema: a lookup by a caller's text would find `toString`. */
export const BUCKET_NAMES = Object.keys(BUCKETS) as BucketName[];

/**
 * What a picture in a bucket may have, by a name that is not a caller's: one that
 * the database remembers, which need not be listed any more.
 */
export function maxPixelsOf(name: string): number {
  const isListed = Object.hasOwn(BUCKETS, name);
  return (isListed ? BUCKETS[name as BucketName] : USUAL).maxPixels;
}

/** Tickets one person may ask for: a folder of photos at once, then one a second. */
export const LIMIT: RateLimit = {
  name: "upload-tickets",
  capacity: 60,
  windowS: 60,
};

/** What one run that settles uploads does without their clients. */
export const SETTLING = {
  /** Taken at a time, and looked at together. */
  batch: 4,
  /** Of a batch together, but for one that is larger and alone. */
  batchBytes: 16 * MiB,
  /**
   * In a run, of whose 2 s of CPU a small one takes about 15 ms, and 10 MiB of
   * PNG 80 ms: `deployed` in bench/README.md. If more is due, another begins.
   */
  maxUploads: 24,
  /** As declared. No batch begins past it. */
  maxBytes: 64 * MiB,
};
