/**
 * Bodies that vector buckets do not take, and that nothing is left of them.
 * Without a client, which would not send some.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import { done, everything, makePlace, post, vector } from "./vectors_world.ts";
import { refusalOf } from "./world.ts";

type Body = Record<string, unknown>;

const INDEX = {
  indexName: "more",
  dataType: "float32",
  dimension: 2,
  distanceMetric: "cosine",
};
const QUERY = { queryVector: { float32: [1, 1] }, topK: 1 };
const many = (count: number) =>
  Array.from({ length: count }, (_, at) => vector(`v${at}`, [1, 2]));
const keys = (count: number) => many(count).map(({ key }) => key);
const put = (one: Body) => ({ vectors: [{ ...vector("a", [1, 2]), ...one }] });
const named = (...nonFilterableMetadataKeys: unknown[]) => ({
  ...INDEX,
  metadataConfiguration: { nonFilterableMetadataKeys },
});

const NAME_PATTERN = "^[a-z0-9](?:[a-z0-9.-]{1,61})?[a-z0-9]$";
const NO_MATCH = "must match a schema in anyOf";
const BAD_QUERY =
  "Query vector contains invalid values or is invalid for this index";

/** Beside the names of a bucket and an index that are there. */
const INVALID: [operation: string, body: Body, message: string][] = [
  [
    "CreateVectorBucket",
    { vectorBucketName: 1 },
    "body/vectorBucketName must be string",
  ],
  [
    "CreateIndex",
    {},
    "body must have required property 'dataType', body must have required property 'dimension', body must have required property 'distanceMetric'",
  ],
  [
    "CreateIndex",
    { ...INDEX, dataType: "float16" },
    "body/dataType must be equal to one of the allowed values",
  ],
  [
    "CreateIndex",
    { ...INDEX, distanceMetric: "dotproduct" },
    "body/distanceMetric must be equal to one of the allowed values",
  ],
  [
    "CreateIndex",
    { ...INDEX, dimension: 4097 },
    "body/dimension must be <= 4096",
  ],
  ["CreateIndex", { ...INDEX, dimension: 0 }, "body/dimension must be >= 1"],
  [
    "CreateIndex",
    { ...INDEX, dimension: 1.5 },
    "body/dimension must be integer",
  ],
  [
    "CreateIndex",
    { ...INDEX, indexName: "ab" },
    "body/indexName must NOT have fewer than 3 characters",
  ],
  [
    "CreateIndex",
    { ...INDEX, indexName: "a".repeat(46) },
    "body/indexName must NOT have more than 45 characters",
  ],
  [
    "CreateIndex",
    { ...INDEX, indexName: "Docs" },
    `body/indexName must match pattern "${NAME_PATTERN}"`,
  ],
  [
    "CreateIndex",
    named(),
    "body/metadataConfiguration/nonFilterableMetadataKeys must NOT have fewer than 1 items",
  ],
  [
    "CreateIndex",
    named(...keys(11)),
    "body/metadataConfiguration/nonFilterableMetadataKeys must NOT have more than 10 items",
  ],
  [
    "CreateIndex",
    named("a", "a"),
    "body/metadataConfiguration/nonFilterableMetadataKeys must NOT have duplicate items",
  ],
  [
    "ListVectorBuckets",
    { maxResults: 501 },
    "body/maxResults must be <= 500",
  ],
  ["ListIndexes", { maxResults: 0 }, "body/maxResults must be >= 1"],
  [
    "PutVectors",
    { vectors: many(501) },
    "body/vectors must NOT have more than 500 items",
  ],
  [
    "PutVectors",
    { vectors: [] },
    "body/vectors must NOT have fewer than 1 items",
  ],
  [
    "PutVectors",
    put({ key: "k".repeat(1025) }),
    "body/vectors/0/key must NOT have more than 1024 characters",
  ],
  [
    "PutVectors",
    { vectors: [{ data: { float32: [1, 2] } }] },
    "body/vectors/0 must have required property 'key'",
  ],
  [
    "PutVectors",
    put({ data: { float32: [1, "2"] } }),
    "body/vectors/0/data/float32 must have numbers alone",
  ],
  [
    "PutVectors",
    put({ data: { float64: [1, 2] } }),
    "body/vectors/0/data must have required property 'float32'",
  ],
  [
    "PutVectors",
    put({ metadata: { a: { b: 1 } } }),
    `body/vectors/0/metadata ${NO_MATCH}`,
  ],
  [
    "PutVectors",
    put({ metadata: { a: null } }),
    `body/vectors/0/metadata ${NO_MATCH}`,
  ],
  [
    "GetVectors",
    { keys: keys(101) },
    "body/keys must NOT have more than 100 items",
  ],
  [
    "DeleteVectors",
    { keys: keys(501) },
    "body/keys must NOT have more than 500 items",
  ],
  [
    "ListVectors",
    { maxResults: 1001 },
    "body/maxResults must be <= 1000",
  ],
  [
    "ListVectors",
    { segmentCount: 17, segmentIndex: 0 },
    "body/segmentCount must be <= 16",
  ],
  ["QueryVectors", { ...QUERY, topK: 101 }, "body/topK must be <= 100"],
  [
    "QueryVectors",
    { ...QUERY, filter: { year: { $like: 1 } } },
    `body/filter ${NO_MATCH}`,
  ],
  [
    "QueryVectors",
    { ...QUERY, where: {} },
    "body must NOT have additional properties",
  ],
];

/** What a schema does not say. */
const UNFIT: [operation: string, body: Body, message: string][] = [
  [
    "PutVectors",
    { vectors: [...many(2), ...many(1)] },
    "Request must not contain duplicate keys",
  ],
  [
    "PutVectors",
    { vectors: [...many(2), vector("b", [1, 2, 3])] },
    "Invalid record for key 'b': vector must have length 2, but has length 3",
  ],
  [
    "PutVectors",
    put({ data: { float32: [1e39, 1] } }),
    "Invalid record for key 'a': vector contains NaNs or Infs",
  ],
  [
    "PutVectors",
    put({ data: { float32: [1e-46, 0] } }),
    "Invalid record for key 'a': cosine distance does not support vectors with zero norm",
  ],
  [
    "PutVectors",
    put({ metadata: { long: "x".repeat(2048) } }),
    "Invalid record for key 'a': Filterable metadata must have at most 2048 bytes",
  ],
  [
    "DeleteVectors",
    { keys: ["kept", "kept"] },
    "Request must not contain duplicate keys",
  ],
  [
    "ListVectors",
    { segmentCount: 2 },
    "segmentCount and segmentIndex must be provided together",
  ],
  [
    "ListVectors",
    { segmentCount: 2, segmentIndex: 2 },
    "segmentIndex must be less than segmentCount",
  ],
  ["QueryVectors", { ...QUERY, queryVector: { float32: [1] } }, BAD_QUERY],
  ["QueryVectors", { ...QUERY, queryVector: { float32: [0, 0] } }, BAD_QUERY],
  [
    "QueryVectors",
    { ...QUERY, filter: { $or: [{ a: 1 }, { text: "b" }] } },
    'Metadata key "text" is configured as non-filterable',
  ],
  [
    "QueryVectors",
    { ...QUERY, filter: {} },
    "Invalid Parameter Filter must contain at least one clause",
  ],
];

const BAD_BODIES = [
  ...INVALID.map((row) => [...row, "InvalidRequest", "Error"] as const),
  ...UNFIT.map((row) =>
    [...row, "InvalidParameter", "InvalidParameter"] as const
  ),
];

for (const [operation, body, message, code, error] of BAD_BODIES) {
  Deno.test(`${operation} says ${message.slice(0, 120)}`, async () => {
    await using place = await makePlace({
      distanceMetric: "cosine",
      metadataConfiguration: { nonFilterableMetadataKeys: ["text"] },
    });
    await done(place.index.putVectors({ vectors: [vector("kept", [1, 2])] }));
    const before = await everything();

    const response = await post(operation, { ...place.at, ...body });

    deepEqual(await refusalOf(response), {
      status: 400,
      statusCode: "400",
      error,
      message,
      code,
    });
    deepEqual(await everything(), before);
  });
}
