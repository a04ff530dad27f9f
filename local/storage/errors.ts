/**
 * What Storage refuses, in the words of the real server.
 *
 * supabase-js shows `statusCode` and `message`, and callers compare `code` and
 * `error`, so each of them is part of the interface.
 *
 * @module
 */
import { isSqlError, type SqlError } from "../database.ts";

/** One refusal. */
export class StorageError extends Error {
  override readonly name = "StorageError";

  constructor(
    readonly code: string,
    /** Sent in the body as text. */
    readonly statusCode: number,
    /** The older name for `code`, which clients still compare. */
    readonly error: string,
    message: string,
    /** Of the status line. The real server nearly always says 400 there. */
    readonly status: number = 400,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** Makes the occurrences of one kind of refusal. */
type Refusal = (message?: string) => StorageError;

/** The kind of refusal with this code, whose status is for the body alone. */
export function refusal(
  [code, statusCode, error]: [code: string, statusCode: number, error?: string],
  usual: string,
  status?: number,
): Refusal {
  return (message = usual) =>
    new StorageError(code, statusCode, error ?? code, message, status);
}

// From src/internal/errors/codes.ts of supabase/storage.
export const accessDenied = refusal(
  ["AccessDenied", 403, "Unauthorized"],
  "Access denied",
);
const bucketAlreadyExists = refusal(
  ["BucketAlreadyExists", 409, "Duplicate"],
  "The resource already exists",
);
export const bucketNotEmpty = refusal(
  ["ResourceNotEmpty", 409],
  "The bucket you tried to delete is not empty",
);
const databaseTimeout = refusal(
  ["DatabaseTimeout", 544],
  "The connection to the database timed out",
  544,
);
const databaseError = refusal(["DatabaseError", 500], "database error", 500);
export const entityTooLarge = refusal(
  ["EntityTooLarge", 413, "Payload too large"],
  "The object exceeded the maximum allowed size",
);
export const featureNotEnabled = refusal(
  ["FeatureNotEnabled", 403],
  "feature not enabled for this tenant",
  403,
);
export const invalidBucketName = refusal(
  ["InvalidBucketName", 400, "Invalid Input"],
  "Bucket name invalid",
);
export const invalidHeaderChar = refusal(
  ["InvalidRequest", 400, "invalid_header_char"],
  "Invalid character in response header",
);
export const invalidJwt = refusal(["InvalidJWT", 400], "Invalid JWT");
export const invalidKey = refusal(["InvalidKey", 400], "Invalid key: ");
export const invalidMimeType = refusal(
  ["InvalidMimeType", 415, "invalid_mime_type"],
  "mime type is not supported",
);
export const invalidParameter = refusal(
  ["InvalidParameter", 400],
  "Invalid Parameter value",
);
export const invalidRequest = refusal(
  ["InvalidRequest", 400, "Error"],
  "Invalid request",
);
export const invalidSignature = refusal(
  ["InvalidSignature", 400],
  "Invalid signature",
);
export const invalidUploadId = refusal(
  ["InvalidUploadId", 400],
  "Invalid upload id",
);
export const keyAlreadyExists = refusal(
  ["KeyAlreadyExists", 409, "Duplicate"],
  "The resource already exists",
);
export const lockTimeout = refusal(
  ["LockTimeout", 503, "acquiring_lock_timeout"],
  "acquiring lock timeout",
  503,
);
export const metadataRequired = refusal(
  ["InvalidRequest", 400],
  "Metadata header is required",
);
export const noContentProvided = refusal(
  ["InvalidRequest", 400],
  "No content provided",
);
export const noSuchBucket = refusal(
  ["NoSuchBucket", 404, "Bucket not found"],
  "Bucket not found",
);
export const noSuchKey = refusal(
  ["NoSuchKey", 404, "not_found"],
  "Object not found",
);
export const preconditionFailed = refusal(
  ["PreconditionFailed", 412],
  "PreconditionFailed",
  412,
);
const relatedResourceNotFound = refusal(
  ["InvalidRequest", 404],
  "The related resource does not exist",
);
const resourceAlreadyExists = refusal(
  ["ResourceAlreadyExists", 409, "Duplicate"],
  "The resource already exists",
);

/** A range that begins where the object has ended. Its `bytes` are said. */
export function invalidRange(bytes: number): StorageError {
  return new StorageError(
    "InvalidRange",
    416,
    "invalid_range",
    "invalid range provided",
    416,
    { "content-range": `bytes */${bytes}` },
  );
}

/** The response for a refusal. What is not a refusal is a bug, and thrown on. */
export function answer(thrown: unknown): Response {
  const refused = asRefusal(thrown);
  if (refused === undefined) throw thrown;
  const { code, statusCode, error, message, status, headers } = refused;
  const body = { statusCode: String(statusCode), error, message, code };
  return Response.json(body, { status, headers });
}

/** The refusal that was thrown, by us or by Postgres, or `undefined`. */
export function asRefusal(thrown: unknown): StorageError | undefined {
  const refused = isSqlError(thrown) ? ofDatabase(thrown) : thrown;
  return refused instanceof StorageError ? refused : undefined;
}

/** What fastify answers when no route matches. */
export function routeNotFound(method: string, path: string): Response {
  const message = `Route ${method}:${path} not found`;
  const body = { message, error: "Not Found", statusCode: 404 };
  return Response.json(body, { status: 404 });
}

/** From src/storage/database/errors.ts of supabase/storage. */
function ofDatabase(error: SqlError): StorageError {
  switch (error.code) {
    case "42501":
      return accessDenied(
        error.message.includes("row-level security")
          ? "new row violates row-level security policy"
          : error.message,
      );
    case "23505":
      return ofDuplicate(error);
    case "23503":
      return relatedResourceNotFound();
    case "57014":
      return databaseTimeout();
    case "22P02":
      return invalidParameter(error.message);
    default:
      // What a trigger raised is not told to the caller, there as here.
      return databaseError(`database error, code: ${error.code}`);
  }
}

function ofDuplicate({ constraint }: SqlError): StorageError {
  switch (constraint) {
    case "bucketid_objname":
      return keyAlreadyExists();
    case "buckets_pkey":
    case "bname":
      return bucketAlreadyExists();
    default:
      return resourceAlreadyExists();
  }
}
