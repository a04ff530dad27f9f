/**
 * Vectors that somebody names by their keys: put, got and deleted.
 *
 * @module
 */
import * as v from "valibot";
import { invalidParameter } from "../errors.ts";
import { forBody } from "./call.ts";
import {
  AN_OBJECT,
  FLAG,
  FLOATS,
  INDEX_NAME,
  KEY,
  listOf,
  TEXT,
} from "./fields.ts";
import { encode, flawOf } from "./float32.ts";
import { findIndex, type Index } from "./indexes.ts";
import { excessOf, isMetadata, type Metadata } from "./metadata.ts";
import { type Row, shown } from "./rows.ts";

const MAX_PUT_BYTES = 20 * 1024 * 1024;

// Counts from src/storage/protocols/vector/limits.ts of supabase/storage.
const PUT = v.object({
  vectorBucketName: TEXT,
  indexName: INDEX_NAME,
  vectors: listOf(
    v.object({
      key: KEY,
      data: v.object({ float32: FLOATS }, AN_OBJECT),
      metadata: v.optional(
        v.custom<Metadata>(isMetadata, "must match a schema in anyOf"),
        {},
      ),
    }, AN_OBJECT),
    500,
  ),
}, AN_OBJECT);

const GET = v.object({
  vectorBucketName: TEXT,
  indexName: TEXT,
  keys: listOf(KEY, 100),
  returnData: FLAG,
  returnMetadata: FLAG,
}, AN_OBJECT);

const DELETE = v.object({
  vectorBucketName: TEXT,
  indexName: TEXT,
  keys: listOf(KEY, 500),
}, AN_OBJECT);

/** Those of an index that somebody names. */
const NAMED = `where index_id = $1
  and place in (select md5(it) from unnest($2::text[]) as it)`;

type Vector = v.InferOutput<typeof PUT>["vectors"][number];

/** `PutVectors`: all of them or none. A key that is there is replaced. */
export const putVectors = forBody(PUT, async (sql, asked) => {
  requireDistinct(asked.vectors.map(({ key }) => key));
  const index = await findIndex(sql, asked);
  requireFit(index, asked.vectors);
  const rows = asked.vectors.map(({ key, data: { float32 }, metadata }) => ({
    key,
    data: encode(float32),
    metadata,
  }));
  await sql.query(
    `insert into storage_vectors.vectors (index_id, key, data, metadata)
      select $1, key, decode(data, 'base64'), metadata
      from json_to_recordset($2) as it (key text, data text, metadata json)
      on conflict (index_id, place) do update
      set data = excluded.data, metadata = excluded.metadata`,
    [index.id, JSON.stringify(rows)],
  );
}, MAX_PUT_BYTES);

/** `GetVectors`. What is not there is left out, in no order. */
export const getVectors = forBody(GET, async (sql, { keys, ...asked }) => {
  const { id } = await findIndex(sql, asked);
  const rows = await sql.query<Row>(
    `select key, encode(data, 'base64') as data, metadata
      from storage_vectors.vectors ${NAMED}`,
    [id, keys],
  );
  return { vectors: rows.map((row) => shown(row, asked)) };
});

/** `DeleteVectors`. What is not there is gone already. */
export const deleteVectors = forBody(DELETE, async (sql, asked) => {
  requireDistinct(asked.keys);
  const { id } = await findIndex(sql, asked);
  await sql.query(`delete from storage_vectors.vectors ${NAMED}`, [
    id,
    asked.keys,
  ]);
});

function requireDistinct(keys: readonly string[]): void {
  if (new Set(keys).size < keys.length) {
    throw invalidParameter("Request must not contain duplicate keys");
  }
}

/** Throws `InvalidParameter` for the first that the index does not take. */
function requireFit(index: Index, vectors: readonly Vector[]): void {
  const { dimension, distance_metric: metric } = index;
  const { nonFilterableMetadataKeys = [] } = index.metadata_configuration ?? {};
  for (const { key, data, metadata } of vectors) {
    const wrong = excessOf(metadata, nonFilterableMetadataKeys) ??
      flawOf(data.float32, { dimension, metric });
    if (wrong !== undefined) {
      throw invalidParameter(`Invalid record for key '${key}': ${wrong}`);
    }
  }
}
