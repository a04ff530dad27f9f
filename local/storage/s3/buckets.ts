/**
 * The operations on buckets. Both run as the caller: without a policy on
 * `storage.buckets` only the project's own key sees one.
 *
 * @module
 */
import { noSuchBucket } from "../errors.ts";
import { requireBucketName } from "../names.ts";
import type { S3Call } from "./call.ts";
import { xmlResponse } from "./xml.ts";

/** `GET /` */
export async function listBuckets(
  { stack, claims }: S3Call,
): Promise<Response> {
  const rows = await stack.database.as(
    claims,
    (sql) =>
      sql.query<{ name: string; created_at: Date }>(
        "select name, created_at from storage.buckets order by name",
      ),
  );
  const Bucket = rows.map(({ name, created_at: created }) => ({
    Name: name,
    CreationDate: created,
  }));
  return xmlResponse({ ListAllMyBucketsResult: { Buckets: { Bucket } } });
}

/** `HEAD /:bucket` */
export async function headBucket(
  { stack, bucket, claims }: S3Call,
): Promise<Response> {
  requireBucketName(bucket);
  const seen = await stack.database.as(
    claims,
    (sql) => sql.query("select from storage.buckets where id = $1", [bucket]),
  );
  if (seen.length === 0) throw noSuchBucket();
  const headers = { "x-amz-bucket-region": stack.keys.s3.region };
  return new Response(null, { headers });
}
