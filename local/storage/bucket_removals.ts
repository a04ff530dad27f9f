/**
 * The routes that empty and delete buckets.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { discard } from "./bytes.ts";
import { accessDenied, bucketNotEmpty, noSuchBucket } from "./errors.ts";
import { requireBucketName } from "./names.ts";
import { deleteObjects } from "./objects.ts";
import { rehearse } from "./rehearsal.ts";
import { forCaller, STORAGE_ITSELF } from "./visit.ts";

const FULLNESS = `
  select exists (select from storage.objects where bucket_id = b.id) as full
  from storage.buckets b where b.id = $1`;

const DELETION = "delete from storage.buckets where id = $1 returning id";

/** `DELETE /bucket/:bucket` */
export const deleteBucket = forCaller(async (call) => {
  const { stack: { database }, bucket, claims } = call;
  requireBucketName(bucket);
  const [found] = await database.as(
    STORAGE_ITSELF,
    (sql) => sql.query<{ full: boolean }>(FULLNESS, [bucket]),
  );
  if (found === undefined) throw noSuchBucket();
  if (found.full) throw bucketNotEmpty();

  // What is uploaded between the two is what the foreign key is for.
  const deleted = await database.as(
    claims,
    (sql) => sql.query(DELETION, [bucket]),
  );
  if (deleted.length === 0) throw noSuchBucket();
  return Response.json({ message: "Successfully deleted" });
});

/**
 * `POST /bucket/:bucket/empty`. Who sees the bucket and may delete the first
 * object they see in it, empties it of everything. The real server queues that;
 * here it is done by the time it says so.
 */
export const emptyBucket = forCaller(async (call) => {
  const { stack: { database, folder }, bucket, claims } = call;
  requireBucketName(bucket);
  const name = await database.as(claims, (sql) => firstName(sql, bucket));
  if (name !== undefined) {
    await rehearse(database, claims, async (sql) => {
      const deleted = await deleteObjects(sql, [bucket, [name]]);
      if (deleted.length === 0) throw accessDenied();
    });
    const gone = await database.as(
      STORAGE_ITSELF,
      (sql) =>
        sql.query<{ version: string | null }>(
          "delete from storage.objects where bucket_id = $1 returning version",
          [bucket],
        ),
    );
    for (const { version } of gone) await discard(folder, version);
  }
  const message =
    "Empty bucket has been queued. Completion may take up to an hour.";
  return Response.json({ message });
});

/** Of the objects that the caller sees. Throws `NoSuchBucket`. */
async function firstName(
  sql: Sql,
  bucket: string,
): Promise<string | undefined> {
  const [seen] = await sql.query<{ name: string | null }>(
    `select (select name from storage.objects where bucket_id = b.id
        order by name collate "C" limit 1) as name
      from storage.buckets b where b.id = $1`,
    [bucket],
  );
  if (seen === undefined) throw noSuchBucket();
  return seen.name ?? undefined;
}
