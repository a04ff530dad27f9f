/**
 * How an object comes to be: may it, its bytes, its row.
 *
 * The order is what keeps the two stores true to each other. A refusal leaves
 * no bytes, a crash leaves bytes without a row, which `sweepOrphans` removes,
 * and a row never points at bytes that are not there.
 *
 * @module
 */
import type { Claims, Sql } from "../database.ts";
import type { Bucket } from "./buckets.ts";
import { discard, write, type Written } from "./bytes.ts";
import { keyAlreadyExists, noSuchBucket } from "./errors.ts";
import type { Incoming } from "./incoming.ts";
import { isFolderPlaceholder } from "./names.ts";
import {
  type Draft,
  insertObject,
  type Metadata,
  type StoredObject,
  upsertObject,
} from "./objects.ts";
import { rehearse } from "./rehearsal.ts";
import type { ScopedDatabase } from "./scope.ts";
import { type ScopedStack, STORAGE_ITSELF } from "./visit.ts";

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
  stack: ScopedStack,
  target: Pick<Target, "bucket" | "name">,
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
 * Throws what policies, triggers and constraints have against an upload by
 * `claims`, before the first byte of it is stored.
 */
export async function rehearseUpload(
  database: ScopedDatabase,
  claims: Claims,
  { upsert, ...draft }: Omit<Draft, "version"> & { upsert: boolean },
): Promise<void> {
  const row = { ...draft, version: "1" };
  await rehearse(
    database,
    claims,
    async (sql) =>
      void await (upsert ? upsertObject(sql, row) : insertObject(sql, row)),
  );
}

/** Stores an object on behalf of `claims`, and returns its row. */
export async function putObject(
  stack: ScopedStack,
  claims: Claims,
  { target, incoming, maxBytes }: {
    target: Target;
    incoming: Incoming;
    maxBytes: number;
  },
): Promise<StoredObject> {
  const { database, folder } = stack;
  const { mimetype, contentLength, userMetadata } = incoming;
  await rehearseUpload(database, claims, {
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
    metadata: metadataFor(incoming, written),
    userMetadata: userMetadata ?? {},
  };

  return await keep(stack, draft, target.upsert);
}

/**
 * Makes bytes that are written an object, and discards what they replace or,
 * when there is to be no such object, themselves. Throws `KeyAlreadyExists`.
 */
export async function keep(
  stack: ScopedStack,
  draft: Draft,
  upsert: boolean,
): Promise<StoredObject> {
  const nothing = () => Promise.resolve();
  return (await keepAfter(stack, draft, { upsert, first: nothing })).row;
}

/** The same, after what `first` does in the same transaction. */
export async function keepAfter<First>(
  { database, folder }: ScopedStack,
  draft: Draft,
  { upsert, first }: {
    readonly upsert: boolean;
    readonly first: (sql: Sql) => Promise<First>;
  },
): Promise<{ row: StoredObject; first: First }> {
  const { row, replaced, before } = await database
    .as(STORAGE_ITSELF, async (sql) => ({
      before: await first(sql),
      ...await record(sql, draft, upsert),
    }))
    .catch(async (error) => {
      await discard(folder, draft.version);
      throw error;
    });
  await discard(folder, replaced);
  return { row, first: before };
}

/** What a row says of bytes that have been written. */
export function metadataFor(
  { mimetype, cacheControl, contentEncoding }:
    & Pick<Incoming, "mimetype" | "cacheControl">
    & Partial<Pick<Incoming, "contentEncoding">>,
  { bytes, eTag }: Written,
): Draft["metadata"] {
  return {
    ...contentEncoding !== undefined && { contentEncoding },
    eTag,
    size: bytes,
    mimetype,
    cacheControl,
    lastModified: new Date().toISOString(),
    contentLength: bytes,
    httpStatusCode: 200,
  } satisfies Metadata;
}

async function record(
  sql: Sql,
  draft: Draft,
  upsert: boolean,
): Promise<{ row: StoredObject; replaced: string | null }> {
  const [current] = await sql.query<{ version: string | null }>(
    `select version from storage.objects
      where bucket_id = $1 and name = $2 for update`,
    [draft.bucket, draft.name],
  );
  if (current !== undefined && !upsert) throw keyAlreadyExists();
  const row = await upsertObject(sql, draft);
  // A trigger may return null, and then Postgres writes nothing.
  if (row === undefined) throw new Error("Cannot record an object: no row");
  return { row, replaced: current?.version ?? null };
}
