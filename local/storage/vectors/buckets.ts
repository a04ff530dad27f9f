/**
 * Vector buckets.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../../database.ts";
import { forBody, secondsOf } from "./call.ts";
import {
  alreadyExists,
  bucketNotEmpty,
  maxBucketsExceeded,
  resourceNotFound,
} from "./errors.ts";
import { AN_OBJECT, TEXT } from "./fields.ts";
import { LISTING } from "./listing.ts";
import { pageOf } from "./page.ts";

/** Of a project. From Supabase's page on the limits of vector buckets. */
const MAX_BUCKETS = 10;

const NAMED = v.object({ vectorBucketName: TEXT }, AN_OBJECT);

/** A row of `storage_vectors.buckets`. */
interface Row {
  readonly name: string;
  readonly "created_at": Date;
}

/** `CreateVectorBucket`. A name that is taken is said before a limit is. */
export const createVectorBucket = forBody(NAMED, async (sql, asked) => {
  const { vectorBucketName: name } = asked;
  const rows = await sql.query<Row>("select * from storage_vectors.buckets");
  if (rows.some((it) => it.name === name)) {
    throw alreadyExists("vector bucket", name);
  }
  if (rows.length >= MAX_BUCKETS) throw maxBucketsExceeded(MAX_BUCKETS);
  await sql.query(
    "insert into storage_vectors.buckets (name) values ($1)",
    [name],
  );
});

/** `DeleteVectorBucket`. One that is not there is gone already. */
export const deleteVectorBucket = forBody(NAMED, async (sql, asked) => {
  const { vectorBucketName: name } = asked;
  const indexes = await sql.query(
    "select 1 from storage_vectors.indexes where bucket = $1 limit 1",
    [name],
  );
  if (indexes.length > 0) throw bucketNotEmpty(name);
  await sql.query(
    "delete from storage_vectors.buckets where name = $1",
    [name],
  );
});

/** `GetVectorBucket` */
export const getVectorBucket = forBody(
  NAMED,
  async (sql, { vectorBucketName: name }) => ({
    vectorBucket: shown(await findBucket(sql, name)),
  }),
);

/** `ListVectorBuckets` */
export const listVectorBuckets = forBody(
  v.object(LISTING, AN_OBJECT),
  async (sql, { maxResults, nextToken, prefix }) => {
    const rows = await sql.query<Row>(
      `select * from storage_vectors.buckets
        where starts_with(name, $1) and name > $2 order by name limit $3`,
      [prefix, nextToken, maxResults + 1],
    );
    const page = pageOf(rows, maxResults);
    return {
      vectorBuckets: page.shown.map(shown),
      nextToken: page.next?.name,
    };
  },
);

/** The bucket. Throws `NotFoundException`. */
export async function findBucket(sql: Sql, name: string): Promise<Row> {
  const [row] = await sql.query<Row>(
    "select * from storage_vectors.buckets where name = $1",
    [name],
  );
  if (row === undefined) throw resourceNotFound(name);
  return row;
}

function shown({ name, created_at: created }: Row): Record<string, unknown> {
  return { vectorBucketName: name, creationTime: secondsOf(created) };
}
