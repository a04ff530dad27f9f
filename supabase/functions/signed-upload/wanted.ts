/**
 * What may be asked for.
 *
 * @module
 */
import * as v from "valibot";
import { fields } from "../_shared/fields.ts";
import { SEGMENT, SEGMENT_RULE } from "../_shared/object_path.ts";
import { isRecord } from "../_shared/record.ts";
import {
  BUCKET_NAMES,
  type BucketName,
  BUCKETS,
  type Protocol,
} from "./policy.ts";

const WHOLE_BYTES = "Must be a whole number of bytes, at least 1";
const WHOLE_S = "Must be a whole number of seconds, from 0 to 31536000";
const METADATA =
  "Must be an object of at most 2048 bytes as JSON, without U+0000";
const PROTOCOLS = ["auto", "standard", "resumable", "s3"] as const;

/** A media type without parameters, in lower case: RFC 6838 §4.2. */
export const MEDIA_TYPE =
  /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/** In bytes: as a header, it has to get past every proxy on the way. */
const MAX_METADATA = 2048;

/** In seconds: a year, the longest that RFC 2616 §14.21 wants anybody to say. */
const MAX_AGE_S = 31_536_000;

/** An upload as its sender describes it. */
export interface Wanted {
  readonly bucket: BucketName;
  /** As the user named the file: one path segment. */
  readonly name?: string | undefined;
  /** Media type without parameters: `image/png`. */
  readonly type: string;
  readonly bytes: number;
  /** In hex, in lower case. */
  readonly sha256?: string | undefined;
  /** For how many seconds the object may be cached. */
  readonly cacheControl?: number | undefined;
  /** Becomes the object's own. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly protocol: "auto" | Protocol;
}

/** The body of a request for a ticket. */
export const wanted = v.pipe(
  fields({
    bucket: v.picklist(
      BUCKET_NAMES,
      `Must be one of ${BUCKET_NAMES.join(", ")}`,
    ),
    name: v.optional(
      v.pipe(v.string("Must be text"), v.regex(SEGMENT, SEGMENT_RULE)),
    ),
    type: v.pipe(
      v.string("Must be text"),
      v.toLowerCase(),
      v.regex(MEDIA_TYPE, "Must be a media type without parameters"),
    ),
    bytes: v.pipe(
      v.number(WHOLE_BYTES),
      v.check((n) => Number.isSafeInteger(n) && n >= 1, WHOLE_BYTES),
    ),
    sha256: v.optional(
      v.pipe(
        v.string("Must be text"),
        v.toLowerCase(),
        v.regex(/^[0-9a-f]{64}$/, "Must be a SHA-256 of 64 hex digits"),
      ),
    ),
    cacheControl: v.optional(
      v.pipe(
        v.number(WHOLE_S),
        v.check(
          (n) => Number.isSafeInteger(n) && n >= 0 && n <= MAX_AGE_S,
          WHOLE_S,
        ),
      ),
    ),
    metadata: v.optional(
      v.custom<Record<string, unknown>>(isMetadata, METADATA),
    ),
    protocol: v.optional(
      v.picklist(PROTOCOLS, `Must be one of ${PROTOCOLS.join(", ")}`),
      "auto",
    ),
  }),
  v.forward(
    v.partialCheck(
      [["bucket"], ["name"]],
      ({ bucket, name }) =>
        name !== undefined || !BUCKETS[bucket].path.includes("{name}"),
      "Must be given",
    ),
    ["name"],
  ),
  v.forward(
    v.partialCheck(
      [["bucket"], ["protocol"]],
      ({ bucket, protocol }) => {
        const offered: readonly string[] = BUCKETS[bucket].protocols;
        return protocol === "auto" || offered.includes(protocol);
      },
      "Must be auto, or one that the bucket offers",
    ),
    ["protocol"],
  ),
);

function isMetadata(value: unknown): boolean {
  if (!isRecord(value)) return false;
  let hasNul = false;
  const json = JSON.stringify(value, (name, it) => {
    // Postgres has no text with it.
    hasNul ||= `${name}${typeof it === "string" ? it : ""}`.includes("\0");
    return it;
  });
  return !hasNul && new TextEncoder().encode(json).length <= MAX_METADATA;
}

/** Which upload, in a path or a body. */
export const whichUpload = fields({
  id: v.pipe(
    v.string("Must be text"),
    v.toLowerCase(),
    v.uuid("Must be a UUID"),
  ),
});
