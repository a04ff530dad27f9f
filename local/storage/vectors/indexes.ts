/**
 * The indexes of vector buckets.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../../database.ts";
import { findBucket } from "./buckets.ts";
import { forBody, secondsOf } from "./call.ts";
import {
  alreadyExists,
  maxIndexesExceeded,
  resourceNotFound,
} from "./errors.ts";
import {
  AN_OBJECT,
  INDEX_NAME,
  integerOf,
  listOf,
  TEXT,
  textOf,
} from "./fields.ts";
import { LISTING } from "./listing.ts";
import type { Metric } from "./float32.ts";
import { pageOf } from "./page.ts";

/** Of a bucket. From Supabase's page on the limits of vector buckets. */
const MAX_INDEXES = 10;

const ALLOWED = "must be equal to one of the allowed values";

const CREATE = v.object({
  vectorBucketName: TEXT,
  indexName: INDEX_NAME,
  dataType: v.picklist(["float32"], ALLOWED),
  dimension: integerOf(1, 4096),
  distanceMetric: v.picklist(["cosine", "euclidean"], ALLOWED),
  metadataConfiguration: v.optional(v.object({
    nonFilterableMetadataKeys: v.pipe(
      listOf(textOf(1, 63), 10),
      v.check(
        (names) => new Set(names).size === names.length,
        "must NOT have duplicate items",
      ),
    ),
  }, AN_OBJECT)),
}, AN_OBJECT);

const NAMED = v.object(
  { vectorBucketName: TEXT, indexName: INDEX_NAME },
  AN_OBJECT,
);

/** A row of `storage_vectors.indexes`. */
export interface Index {
  readonly id: number;
  readonly bucket: string;
  readonly name: string;
  readonly "data_type": string;
  readonly dimension: number;
  readonly "distance_metric": Metric;
  readonly "metadata_configuration": {
    readonly nonFilterableMetadataKeys: readonly string[];
  } | null;
  readonly "created_at": Date;
}

/** `CreateIndex` */
export const createIndex = forBody(CREATE, async (sql, asked) => {
  const { vectorBucketName: bucket, indexName: name } = asked;
  await findBucket(sql, bucket);
  await requireRoom(sql, bucket, name);
  await sql.query(
    `insert into storage_vectors.indexes (bucket, name, data_type, dimension,
      distance_metric, metadata_configuration)
      values ($1, $2, $3, $4, $5, $6)`,
    [
      bucket,
      name,
      asked.dataType,
      asked.dimension,
      asked.distanceMetric,
      asked.metadataConfiguration ?? null,
    ],
  );
});

/** A name that is taken is said even where the bucket is full. */
async function requireRoom(
  sql: Sql,
  bucket: string,
  name: string,
): Promise<void> {
  const rows = await sql.query<{ name: string }>(
    "select name from storage_vectors.indexes where bucket = $1",
    [bucket],
  );
  if (rows.some((it) => it.name === name)) {
    throw alreadyExists("vector index", name);
  }
  if (rows.length >= MAX_INDEXES) throw maxIndexesExceeded(MAX_INDEXES);
}

/** `DeleteIndex`, with all vectors that are in it. */
export const deleteIndex = forBody(NAMED, async (sql, asked) => {
  const { id } = await findIndex(sql, asked);
  await sql.query("delete from storage_vectors.indexes where id = $1", [id]);
});

/** `GetIndex` */
export const getIndex = forBody(NAMED, async (sql, asked) => {
  const found = await findIndex(sql, asked);
  return {
    index: {
      ...summaryOf(found),
      dataType: found.data_type,
      dimension: found.dimension,
      distanceMetric: found.distance_metric,
      metadataConfiguration: found.metadata_configuration,
    },
  };
});

/** `ListIndexes`. A bucket that is not there has none. */
export const listIndexes = forBody(
  v.object({ vectorBucketName: TEXT, ...LISTING }, AN_OBJECT),
  async (sql, { vectorBucketName, prefix, nextToken, maxResults }) => {
    const rows = await sql.query<Index>(
      `select * from storage_vectors.indexes
        where bucket = $1 and starts_with(name, $2) and name > $3
        order by name limit $4`,
      [vectorBucketName, prefix, nextToken, maxResults + 1],
    );
    const page = pageOf(rows, maxResults);
    return {
      indexes: page.shown.map(summaryOf),
      nextToken: page.next?.name,
    };
  },
);

/** The index. Throws `NotFoundException`. */
export async function findIndex(
  sql: Sql,
  asked: { readonly vectorBucketName: string; readonly indexName: string },
): Promise<Index> {
  const { vectorBucketName: bucket, indexName: name } = asked;
  const [row] = await sql.query<Index>(
    "select * from storage_vectors.indexes where bucket = $1 and name = $2",
    [bucket, name],
  );
  if (row === undefined) throw resourceNotFound(name);
  return row;
}

function summaryOf(
  { name, bucket, created_at: created }: Index,
): Record<string, unknown> {
  return {
    indexName: name,
    vectorBucketName: bucket,
    creationTime: secondsOf(created),
  };
}
