/**
 * The rows of uploads under way and of their parts. The bytes of a part are in
 * the file that its id names, and a file without a row is garbage.
 *
 * @module
 */
import type { Claims, Sql } from "../../database.ts";
import { entityTooLarge } from "../errors.ts";
import type { ScopedDatabase } from "../scope.ts";
import { STORAGE_ITSELF } from "../visit.ts";
import { noSuchUpload } from "./errors.ts";
import type { Described } from "./objects.ts";

/** An upload that somebody has begun. */
export interface Upload {
  readonly id: string;
  readonly "bucket_id": string;
  readonly key: string;
  readonly metadata: Described;
  readonly "user_metadata": Readonly<Record<string, string>> | null;
  readonly "created_at": Date;
}

/** A part that has arrived whole. */
export interface Part {
  /** Names its file. */
  readonly id: string;
  /** From 1 to 10,000. */
  readonly "part_number": number;
  /** In bytes. */
  readonly size: number;
  /** Quoted: the MD5 of the bytes. */
  readonly etag: string;
  readonly "created_at": Date;
}

/** Where an upload is to go, and its id. */
export type UploadKey = readonly [bucket: string, key: string, id: string];

const UPLOAD = `select id, bucket_id, key, metadata, user_metadata, created_at
  from storage.s3_multipart_uploads
  where bucket_id = $1 and key = $2 and id = $3`;

/** Records an upload, and returns its id. */
export async function beginUpload(
  database: ScopedDatabase,
  it: {
    readonly bucket: string;
    readonly name: string;
    readonly owner: string | undefined;
    readonly metadata: Described;
    readonly userMetadata: Readonly<Record<string, string>> | undefined;
  },
): Promise<string> {
  const id = crypto.randomUUID();
  // The real server seals the size so far into the signature. Nobody writes
  // these rows here but Storage, which counts the parts.
  await database.as(STORAGE_ITSELF, (sql) =>
    sql.query(
      `insert into storage.s3_multipart_uploads (id, upload_signature,
        bucket_id, key, version, owner_id, metadata, user_metadata)
        values ($1, '', $2, $3, $1, $4, $5, $6)`,
      [
        id,
        it.bucket,
        it.name,
        it.owner ?? null,
        it.metadata,
        it.userMetadata ?? null,
      ],
    ));
  return id;
}

/** Throws `NoSuchUpload`. */
export async function findUpload(
  database: ScopedDatabase,
  key: UploadKey,
): Promise<Upload> {
  return await database.as(STORAGE_ITSELF, (sql) => selectUpload(sql, key));
}

async function selectUpload(
  sql: Sql,
  key: UploadKey,
  lock: "for update" | "" = "",
): Promise<Upload> {
  const [upload] = await sql.query<Upload>(`${UPLOAD} ${lock}`, [...key]);
  if (upload === undefined) throw noSuchUpload();
  return upload;
}

/** The parts of an upload that `claims` may see, by their numbers. */
export async function partsOf(
  database: ScopedDatabase,
  claims: Claims,
  id: string,
): Promise<Part[]> {
  return await database.as(claims, (sql) => selectParts(sql, id));
}

function selectParts(sql: Sql, id: string): Promise<Part[]> {
  return sql.query<Part>(
    `select id, part_number, size, etag, created_at
      from storage.s3_multipart_uploads_parts
      where upload_id = $1 order by part_number`,
    [id],
  );
}

/**
 * Records a part, and returns the ids of those whose number it takes. Throws
 * `NoSuchUpload`, or `EntityTooLarge` if all are more than `maxBytes`.
 */
export async function addPart(
  database: ScopedDatabase,
  key: UploadKey,
  { part, owner, maxBytes }: {
    part: Omit<Part, "created_at">;
    owner: string | undefined;
    maxBytes: number;
  },
): Promise<string[]> {
  return await database.as(STORAGE_ITSELF, async (sql) => {
    const { id } = await selectUpload(sql, key, "for update");
    const parts = await selectParts(sql, id);
    const isReplaced = (it: Part) => it.part_number === part.part_number;
    const bytes = parts.filter((it) => !isReplaced(it))
      .reduce((sum, { size }) => sum + size, part.size);
    if (bytes > maxBytes) throw entityTooLarge();

    const replaced = parts.filter(isReplaced).map((it) => it.id);
    await sql.query(
      "delete from storage.s3_multipart_uploads_parts where id = any($1)",
      [replaced],
    );
    await sql.query(
      `insert into storage.s3_multipart_uploads_parts
        (id, upload_id, size, part_number, bucket_id, key, etag, owner_id,
          version)
        select $2, id, $3, $4, bucket_id, key, $5, $6, version
        from storage.s3_multipart_uploads where id = $1`,
      [id, part.id, part.size, part.part_number, part.etag, owner ?? null],
    );
    await sql.query(
      `update storage.s3_multipart_uploads set in_progress_size = $2
        where id = $1`,
      [id, bytes],
    );
    return replaced;
  });
}

/** Removes an upload, and returns its parts. Throws `NoSuchUpload`. */
export async function endUpload(sql: Sql, key: UploadKey): Promise<Part[]> {
  const { id } = await selectUpload(sql, key, "for update");
  const parts = await selectParts(sql, id);
  await sql.query(
    "delete from storage.s3_multipart_uploads where id = $1",
    [id],
  );
  return parts;
}
