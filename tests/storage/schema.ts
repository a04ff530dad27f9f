/**
 * The tables of Storage, as `pg_dump` shows them of a hosted project.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { readScript } from "../platform.ts";
import { world } from "./world.ts";

const COLUMNS: Record<string, string[]> = {
  buckets: [
    "id text",
    "name text",
    "owner uuid",
    "created_at timestamptz",
    "updated_at timestamptz",
    "public bool",
    "avif_autodetection bool",
    "file_size_limit int8",
    "allowed_mime_types _text",
    "owner_id text",
    "type buckettype",
  ],
  migrations: [
    "id int4",
    "name varchar",
    "hash varchar",
    "executed_at timestamp",
  ],
  objects: [
    "id uuid",
    "bucket_id text",
    "name text",
    "owner uuid",
    "created_at timestamptz",
    "updated_at timestamptz",
    "last_accessed_at timestamptz",
    "metadata jsonb",
    "path_tokens _text",
    "version text",
    "owner_id text",
    "user_metadata jsonb",
  ],
  "s3_multipart_uploads": [
    "id text",
    "in_progress_size int8",
    "upload_signature text",
    "bucket_id text",
    "key text",
    "version text",
    "owner_id text",
    "created_at timestamptz",
    "user_metadata jsonb",
    "metadata jsonb",
  ],
  "s3_multipart_uploads_parts": [
    "id uuid",
    "upload_id text",
    "size int8",
    "part_number int4",
    "bucket_id text",
    "key text",
    "etag text",
    "owner_id text",
    "version text",
    "created_at timestamptz",
  ],
};

Deno.test("the tables of Storage have the columns of the platform, and row-level security", async () => {
  const tables = await world.rows<
    { name: string; guarded: boolean; columns: string[] }
  >(`
    select relname as name, relrowsecurity as guarded,
      (select array_agg(attname || ' ' || typname order by attnum)
        from pg_attribute join pg_type t on t.oid = atttypid
        where attrelid = c.oid and attnum > 0 and not attisdropped) as columns
    from pg_class c
    where relnamespace = 'storage'::regnamespace and relkind = 'r'`);

  const found = tables.map(({ name, columns }) => [name, columns]);
  deepEqual(Object.fromEntries(found), COLUMNS);
  equal(tables.every(({ guarded }) => guarded), true);
});

for (const name of ["storage", "storage_lists"]) {
  Deno.test(`${name}.sql may run at every start`, async () => {
    const script = await readScript(name);

    for (let start = 0; start < 2; start++) {
      await world.database.asOwner((sql) => sql.run(script));
    }
  });
}
