/**
 * The vectors nearest to one.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../../database.ts";
import { invalidParameter } from "../errors.ts";
import { forBody } from "./call.ts";
import {
  AN_OBJECT,
  FLAG,
  FLOATS,
  INDEX_NAME,
  integerOf,
  TEXT,
} from "./fields.ts";
import { type Filter, filterOf } from "./filter.ts";
import { decode, distanceOf, flawOf } from "./float32.ts";
import { findIndex, type Index } from "./indexes.ts";
import type { Metadata } from "./metadata.ts";
import { scan } from "./scan.ts";

const FILTER = v.rawTransform<unknown, Filter>(
  ({ dataset, addIssue, NEVER }) => {
    const filter = filterOf(dataset.value);
    if (filter !== undefined) return filter;
    addIssue({ message: "must match a schema in anyOf" });
    return NEVER;
  },
);

const QUERY = v.strictObject({
  vectorBucketName: TEXT,
  indexName: INDEX_NAME,
  indexArn: v.optional(TEXT),
  queryVector: v.strictObject({ float32: FLOATS }, AN_OBJECT),
  topK: integerOf(1, 100),
  filter: v.optional(v.pipe(v.unknown(), FILTER)),
  returnDistance: FLAG,
  returnMetadata: FLAG,
}, AN_OBJECT);

/** A vector, and how far it is. */
interface Match {
  readonly key: string;
  readonly metadata: Metadata;
  readonly distance: number;
}

/** What is looked for. */
interface Wanted {
  readonly vector: Float32Array;
  readonly filter: Filter | undefined;
  readonly count: number;
}

/** `QueryVectors`. Every vector of the index is compared. */
export const queryVectors = forBody(QUERY, async (sql, asked) => {
  const { queryVector, filter, topK, returnDistance, returnMetadata } = asked;
  const index = await findIndex(sql, asked);
  requireFilterable(index, filter);
  requireComparable(index, queryVector.float32);
  const wanted = { vector: queryVector.float32, filter, count: topK };
  const matches = await nearest(sql, index, wanted);
  return {
    vectors: matches.map(({ key, distance, metadata }) => ({
      key,
      ...returnDistance && { distance },
      ...returnMetadata && { metadata },
    })),
    distanceMetric: index.distance_metric,
  };
});

function requireFilterable(index: Index, filter: Filter | undefined): void {
  if (filter?.names.length === 0) {
    throw invalidParameter(
      "Invalid Parameter Filter must contain at least one clause",
    );
  }
  const { nonFilterableMetadataKeys = [] } = index.metadata_configuration ?? {};
  const name = filter?.names.find((it) =>
    nonFilterableMetadataKeys.includes(it)
  );
  if (name !== undefined) {
    throw invalidParameter(
      `Metadata key "${name}" is configured as non-filterable`,
    );
  }
}

function requireComparable(index: Index, vector: Float32Array): void {
  const { dimension, distance_metric: metric } = index;
  if (flawOf(vector, { dimension, metric }) !== undefined) {
    throw invalidParameter(
      "Query vector contains invalid values or is invalid for this index",
    );
  }
}

async function nearest(
  sql: Sql,
  { id, distance_metric: metric }: Index,
  { vector, filter, count }: Wanted,
): Promise<readonly Match[]> {
  let best: readonly Match[] = [];
  for await (const rows of scan(sql, id)) {
    const found = rows
      .filter(({ metadata }) => filter?.matches(metadata) ?? true)
      .map(({ key, data, metadata }) => ({
        key,
        metadata,
        distance: distanceOf(metric, vector, decode(data)),
      }));
    best = [...best, ...found]
      .sort((a, b) => a.distance - b.distance)
      .slice(0, count);
  }
  return best;
}
