/**
 * What vector buckets refuse. The status line says what the body says, other
 * than everywhere else in Storage.
 *
 * @module
 */
import { refusal, type StorageError } from "../errors.ts";

// From src/internal/errors/codes.ts and src/http of supabase/storage.
export const accessDenied = refusal(
  ["AccessDenied", 403, "Unauthorized"],
  "Access denied: Invalid role",
  403,
);
export const bodyTooLarge = refusal(
  ["EntityTooLarge", 413, "FastifyError"],
  "Request body is too large",
  413,
);
const conflict = refusal(["ConflictException", 409], "already exists", 409);
const notFound = refusal(["NotFoundException", 404], "not found", 404);
const notEmpty = refusal(["VectorBucketNotEmpty", 400], "not empty");
const tooManyBuckets = refusal(["S3VectorMaxBucketsExceeded", 400], "");
const tooManyIndexes = refusal(["S3VectorMaxIndexesExceeded", 400], "");

export const invalidMediaType = refusal(
  ["InvalidMimeType", 415, "invalid_mime_type"],
  "Invalid Content-Type header",
);

/** Something is called `name` already. */
export function alreadyExists(
  kind: "vector bucket" | "vector index",
  name: string,
): StorageError {
  return conflict(`${kind} "${name}" already exists`);
}

/** There is no bucket or no index of this name. Which is not said. */
export function resourceNotFound(name: string): StorageError {
  return notFound(`resource "${name}" not found`);
}

/** The bucket `name` has indexes. */
export function bucketNotEmpty(name: string): StorageError {
  return notEmpty(`Vector Bucket "${name}" not empty`);
}

/** The project has its `max` buckets. */
export function maxBucketsExceeded(max: number): StorageError {
  return tooManyBuckets(
    `Maximum number of buckets exceeded. Max allowed is ${max}. Contact support to increase your limit.`,
  );
}

/** The bucket has its `max` indexes. */
export function maxIndexesExceeded(max: number): StorageError {
  return tooManyIndexes(
    `Maximum number of indexes exceeded. Max allowed is ${max}. Contact support to increase your limit.`,
  );
}
