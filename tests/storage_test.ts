/**
 * `/storage/v1`, part by part. They share a world, since each takes seconds to make.
 *
 * @module
 */
import "./storage/bucket_removals.ts";
import "./storage/buckets.ts";
import "./storage/copies.ts";
import "./storage/downloads.ts";
import "./storage/features.ts";
import "./storage/forms.ts";
import "./storage/limits.ts";
import "./storage/listing.ts";
import "./storage/moves.ts";
import "./storage/names.ts";
import "./storage/operations.ts";
import "./storage/partial_downloads.ts";
import "./storage/refusals.ts";
import "./storage/removals.ts";
import "./storage/s3_callers.ts";
import "./storage/s3_chunked.ts";
import "./storage/s3_curl.ts";
import "./storage/s3_multipart.ts";
import "./storage/s3_multipart_faults.ts";
import "./storage/s3_objects.ts";
import "./storage/s3_presigned.ts";
import "./storage/s3_refusals.ts";
import "./storage/resumable.ts";
import "./storage/resumable_faults.ts";
import "./storage/resumable_refusals.ts";
import "./storage/schema.ts";
import "./storage/signed_downloads.ts";
import "./storage/signed_uploads.ts";
import "./storage/uploads.ts";
