/**
 * How an object comes to be: may it, its bytes, its row.
 *
 * The order is what keeps the two stores true to each other. A refusal leaves
 * no bytes, a crash leaves bytes without a row, which `sweepOrphans` removes,
 * and a row never points at bytes that are not there.
 *
 * @module
 */
import type { Claims, Database, Sql } from "../database.ts";
import type { Bucket } from "./buckets.ts";
import { discard, write, type Written } from "./bytes.ts";
import { keyAlreadyExists, noSuchBucket } from "./errors.ts";
import type { Incoming } from "./incoming.ts";
import { isFolderPlaceholder } from "./names.ts";
import {
  type Draft,
  insertObject,
  type Metadata,
  upsertObject,
} from "./objects.ts";
import { STORAGE_ITSELF, type StorageStack } from "./visit.ts";

/** What somebody wants to write. */
export interface Target {
  readonly bucket: string;
  readonly name: string;
  readonly owner: string | undefined;
  /** Whether what is there may be replaced. */
  readonly upsert: boolean;
}

/** The rules that a bucket sets for what is put into it. */
export interface Rules {
  readonly maxBytes: number;
  readonly mimeTypes: readonly string[] | null;
}

/** Throws `NoSuchBucket`. Whoever may upload need not see the bucket. */
export async function rulesFor(
  stack: StorageStack,
  target: Target,
): Promise<Rules> {
  const [bucket] = await stack.database.as(
    STORAGE_ITSELF,
    (sql) =>
      sql.query<Pick<Bucket, "file_size_limit" | "allowed_mime_types">>(
        `select file_size_limit, allowed_mime_types
        from storage.buckets where id = $1`,
        [target.bucket],
      ),
  );
  if (bucket === undefined) throw noSuchBucket();
  if (isFolderPlaceholder(target.name)) return { maxBytes: 0, mimeTypes: null };
  const { file_size_limit: limit, allowed_mime_types: mimeTypes } = bucket;
  return {
    maxBytes: Math.min(limit ?? stack.maxBytes, stack.maxBytes),
    mimeTypes,
  };
}

/**
 * Writes the row as `claims` would, and takes it back: what policies, triggers
 * and constraints have to say is known before the first byte is stored.
 */
export async function rehearse(
  database: Database,
  claims: Claims,
  { upsert, ...draft }: Omit<Draft, "version"> & { upsert: boolean },
): Promise<void> {
  const applause = new Error("Rolled back after a rehearsal");
  const row = { ...draft, version: "1" };
  try {
    await database.as(claims, async (sql) => {
      await (upsert ? upsertObject(sql, row) : insertObject(sql, row));
      throw applause;
    });
  } catch (error) {
    if (error !== applause) throw error;
  }
}

/** Stores an object on behalf of `claims`, and returns its id. */
export async function putObject(
  stack: StorageStack,
  claims: Claims,
  { target, incoming, maxBytes }: {
    target: Target;
    incoming: Incoming;
    maxBytes: number;
  },
): Promise<string> {
  const { database, folder } = stack;
  const { mimetype, contentLength, userMetadata } = incoming;
  await rehearse(database, claims, {
    ...target,
    metadata: { mimetype, contentLength },
    userMetadata,
  });

  const version = crypto.randomUUID();
  const place = { folder, version, maxBytes };
  const written = await write(place, incoming.chunks);
  const draft = {
    ...target,
    version,
    metadata: describe(incoming, written),
    userMetadata: userMetadata ?? {},
  };

  const { id, replaced } = await database
    .as(STORAGE_ITSELF, (sql) => record(sql, draft, target.upsert))
    .catch(async (error) => {
      await discard(folder, version);
      throw error;
    });
  await discard(folder, replaced);
  return id;
}

function describe(
  { mimetype, cacheControl }: Incoming,
  { bytes, eTag }: Written,
): Draft["metadata"] {
  return {
    eTag,
    size: bytes,
    mimetype,
    cacheControl,
    lastModified: new Date().toISOString(),
    contentLength: bytes,
    httpStatusCode: 200,
  } satisfies Metadata;
}

/** Writes the row that makes the bytes an object. Throws `KeyAlreadyExists`. */
async function record(
  sql: Sql,
  draft: Draft,
  upsert: boolean,
): Promise<{ id: string; replaced: string | null }> {
  const [current] = await sql.query<{ version: string | null }>(
    `select version from storage.objects
      where bucket_id = $1 and name = $2 for update`,
    [draft.bucket, draft.name],
  );
  if (current !== undefined && !upsert) throw keyAlreadyExists();
  const id = await upsertObject(sql, draft);
  // A trigger may return null, and then Postgres writes nothing.
  if (id === undefined) throw new Error("Cannot record an object: no row");
  return { id, replaced: current?.version ?? null };
}
