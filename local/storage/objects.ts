/**
 * The rows of `storage.objects`.
 *
 * @module
 */
import type { Claims, Sql } from "../database.ts";
import { noSuchKey } from "./errors.ts";
import type { ScopedDatabase } from "./scope.ts";

/** What Storage records about the bytes. */
export interface Metadata {
  /** Quoted. */
  readonly eTag: string;
  readonly size: number;
  readonly mimetype: string;
  readonly cacheControl: string;
  /** ISO 8601. */
  readonly lastModified: string;
  readonly contentLength: number;
  readonly httpStatusCode: number;
  /** Such as `gzip`, where the sender said so. */
  readonly contentEncoding?: string;
}

/** A row, but for the columns that only SQL reads. */
export interface StoredObject {
  readonly id: string;
  readonly "bucket_id": string;
  readonly name: string;
  readonly owner: string | null;
  readonly "owner_id": string | null;
  /** Rows that somebody inserted with SQL may have any, or none. */
  readonly version: string | null;
  readonly "created_at": Date;
  readonly "updated_at": Date;
  readonly "last_accessed_at": Date;
  /** The same goes for this. */
  readonly metadata: Partial<Metadata> | null;
  readonly "user_metadata": Readonly<Record<string, unknown>> | null;
}

/** Where an object is. */
export type Key = readonly [bucket: string, name: string];

/** A row to be written. */
export interface Draft {
  readonly bucket: string;
  readonly name: string;
  /** `sub` of the uploader, or `undefined` for a secret key. */
  readonly owner: string | undefined;
  readonly version: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly userMetadata: Readonly<Record<string, unknown>> | undefined;
}

const COLUMNS = `id, bucket_id, name, owner, owner_id, version, created_at,
  updated_at, last_accessed_at, metadata, user_metadata`;

const INSERT = `insert into storage.objects
  (bucket_id, name, owner, owner_id, version, metadata, user_metadata)
  values ($1, $2, $3, $4, $5, $6, $7)`;

// A secret key names no owner, and so leaves the one there is.
const UPSERT = `${INSERT} on conflict (bucket_id, name) do update set
  owner = coalesce(excluded.owner, objects.owner),
  owner_id = coalesce(excluded.owner_id, objects.owner_id),
  version = excluded.version,
  metadata = excluded.metadata,
  user_metadata = coalesce(excluded.user_metadata, objects.user_metadata)
  returning ${COLUMNS}`;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `owner` for the column of type uuid. Other issuers have other subjects. */
export function asUuid(owner: string | undefined): string | null {
  return owner !== undefined && UUID.test(owner) ? owner : null;
}

/**
 * Adds a row. It returns nothing, because `returning` would ask for a select
 * policy, which whoever may only upload does not have.
 */
export async function insertObject(sql: Sql, draft: Draft): Promise<void> {
  await sql.query(INSERT, parametersOf(draft));
}

/** Adds or replaces a row, and returns it. */
export async function upsertObject(
  sql: Sql,
  draft: Draft,
): Promise<StoredObject | undefined> {
  const [row] = await sql.query<StoredObject>(UPSERT, parametersOf(draft));
  return row;
}

function parametersOf(draft: Draft): unknown[] {
  const { bucket, name, owner, version, metadata, userMetadata } = draft;
  return [
    bucket,
    name,
    asUuid(owner),
    owner ?? null,
    version,
    metadata,
    userMetadata ?? null,
  ];
}

/** The object that `claims` may see. Throws `NoSuchKey`. */
export async function findObject(
  database: ScopedDatabase,
  claims: Claims,
  key: Key,
): Promise<StoredObject> {
  return await database.as(claims, (sql) => selectObject(sql, key));
}

/** A row, which then belongs to this transaction if it is locked. */
export async function selectObject(
  sql: Sql,
  [bucket, name]: Key,
  lock: "for update" | "" = "",
): Promise<StoredObject> {
  const [row] = await sql.query<StoredObject>(
    `select ${COLUMNS} from storage.objects
      where bucket_id = $1 and name = $2 ${lock}`,
    [bucket, name],
  );
  if (row === undefined) throw noSuchKey();
  return row;
}

/** Those of `names` that the caller of `sql` may delete are, and returned. */
export async function deleteObjects(
  sql: Sql,
  [bucket, names]: readonly [bucket: string, names: readonly string[]],
): Promise<StoredObject[]> {
  return await sql.query<StoredObject>(
    `delete from storage.objects
      where bucket_id = $1 and name = any($2) returning ${COLUMNS}`,
    [bucket, names],
  );
}
