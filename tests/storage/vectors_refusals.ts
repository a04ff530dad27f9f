/**
 * Whom vector buckets refuse, and what is not there, too much or too large.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import {
  done,
  everything,
  makePlace,
  post,
  vector,
  vectors,
} from "./vectors_world.ts";
import { aged, ANN, refusalOf, world } from "./world.ts";

const OPERATIONS = [
  "CreateVectorBucket",
  "DeleteVectorBucket",
  "GetVectorBucket",
  "ListVectorBuckets",
  "CreateIndex",
  "DeleteIndex",
  "GetIndex",
  "ListIndexes",
  "PutVectors",
  "GetVectors",
  "ListVectors",
  "QueryVectors",
  "DeleteVectors",
];

/** A body that every operation takes. */
const WHOLE = {
  dataType: "float32",
  dimension: 2,
  distanceMetric: "euclidean",
  vectors: [vector("new", [1, 2])],
  keys: ["kept"],
};

/** All that this operation takes of it: one of them takes nothing else. */
function bodyFor(operation: string): Record<string, unknown> {
  if (operation !== "QueryVectors") return WHOLE;
  return { queryVector: { float32: [1, 2] }, topK: 1 };
}

async function tokenFor(claims: Record<string, unknown>): Promise<string> {
  return await world.keys.sign({ ...aged(60), ...claims });
}

const STRANGERS: [
  who: string,
  headers: () => Promise<HeadersInit>,
  message: string,
][] = [
  [
    "the publishable key",
    () => Promise.resolve({ apikey: world.keys.publishable }),
    "Access denied: Invalid role",
  ],
  [
    "a person",
    async () => ({
      apikey: world.keys.publishable,
      authorization: `Bearer ${await tokenFor({
        sub: ANN,
        role: "authenticated",
      })}`,
    }),
    "Access denied: Invalid role",
  ],
  [
    "a person with the secret key in front",
    async () => ({
      apikey: world.keys.secret,
      authorization: `Bearer ${await tokenFor({
        sub: ANN,
        role: "authenticated",
      })}`,
    }),
    "Access denied: Invalid role",
  ],
  [
    "a token of nobody",
    () =>
      Promise.resolve({
        apikey: world.keys.publishable,
        authorization: "Bearer x",
      }),
    "Invalid Compact JWS",
  ],
  ["nobody", () => Promise.resolve({}), "Missing signature"],
];

for (const [who, headers, message] of STRANGERS) {
  Deno.test(`vector buckets refuse ${who}, whatever is asked`, async () => {
    await using place = await makePlace();
    await done(place.index.putVectors({ vectors: [vector("kept", [1, 2])] }));
    const before = await everything();

    for (const operation of OPERATIONS) {
      const body = { ...place.at, ...bodyFor(operation) };
      const response = await post(operation, body, await headers());

      deepEqual(await refusalOf(response), {
        status: 403,
        statusCode: "403",
        error: "Unauthorized",
        message,
        code: "AccessDenied",
      }, operation);
    }
    deepEqual(await everything(), before);
  });
}

const NOBODY_ELSES = ["anon", "authenticated", "service_role", "authenticator"];

Deno.test("no role but the platform's has a right to the tables of vectors", async () => {
  const rights = await world.rows(
    `select role, relname from unnest($1::name[]) as role, pg_class
      where relnamespace = 'storage_vectors'::regnamespace and relkind = 'r'
        and (has_schema_privilege(role, relnamespace, 'usage')
          or has_table_privilege(role, oid, 'select'))`,
    [NOBODY_ELSES],
  );

  deepEqual(rights, []);
});

for (const operation of OPERATIONS.slice(4)) {
  if (operation === "ListIndexes") continue;
  Deno.test(`${operation} says what is not there`, async () => {
    await using place = await makePlace();
    const isCreation = operation === "CreateIndex";
    const at = isCreation
      ? { vectorBucketName: "nowhere", indexName: "docs" }
      : { ...place.at, indexName: "nowhere" };
    const before = await everything();

    const response = await post(operation, { ...at, ...bodyFor(operation) });

    deepEqual(await refusalOf(response), {
      status: 404,
      statusCode: "404",
      error: "NotFoundException",
      message: 'resource "nowhere" not found',
      code: "NotFoundException",
    });
    deepEqual(await everything(), before);
  });
}

Deno.test("what has no bucket has no indexes, and is gone already", async () => {
  const { indexes } = await done(vectors.from("nowhere").listIndexes());

  deepEqual(indexes, []);
  await done(vectors.deleteBucket("nowhere"));
  equal((await vectors.getBucket("nowhere")).error?.status, 404);
});

Deno.test("a name is taken once, and a bucket with indexes stays", async () => {
  await using place = await makePlace();
  const { vectorBucketName: name } = place.at;
  const index = { ...WHOLE, indexName: "docs" };
  const before = await everything();

  const again = (await vectors.createBucket(name)).error;
  const indexAgain = (await vectors.from(name).createIndex(index)).error;
  const removed = (await vectors.deleteBucket(name)).error;

  deepEqual(
    [again, indexAgain, removed].map((it) => [
      it?.name,
      it?.status,
      it?.statusCode,
      it?.message,
    ]),
    [
      [409, "409", `vector bucket "${name}" already exists`],
      [409, "409", 'vector index "docs" already exists'],
      [400, "400", `Vector Bucket "${name}" not empty`],
    ].map((row) => ["StorageVectorsApiError", ...row]),
  );
  deepEqual(await everything(), before);
});

Deno.test("a project has ten buckets, and a bucket ten indexes", async () => {
  const names = Array.from({ length: 10 }, (_, at) => `full-${at}`);
  const bucket = vectors.from("full-0");
  const make = (indexName: string) =>
    bucket.createIndex({ ...WHOLE, indexName });
  for (const name of names) await done(vectors.createBucket(name));
  for (const name of names) await done(make(name));

  const excess = (await vectors.createBucket("full-10")).error;
  const taken = (await vectors.createBucket("full-0")).error;
  const excessIndex = (await make("full-10")).error;

  const words = "Max allowed is 10. Contact support to increase your limit.";
  deepEqual([excess?.message, excessIndex?.message, taken?.status], [
    `Maximum number of buckets exceeded. ${words}`,
    `Maximum number of indexes exceeded. ${words}`,
    409,
  ]);
  equal((await vectors.getBucket("full-10")).error?.status, 404);
  equal((await bucket.getIndex("full-10")).error?.status, 404);
  for (const name of names) await done(bucket.deleteIndex(name));
  for (const name of names) await done(vectors.deleteBucket(name));
});

const MB = 1024 * 1024;

const SIZES: [operation: string, bytes: number, status: number][] = [
  ["PutVectors", 20 * MB, 200],
  ["PutVectors", 20 * MB + 1, 413],
  ["GetVectors", MB, 200],
  ["GetVectors", MB + 1, 413],
];

for (const [operation, bytes, status] of SIZES) {
  Deno.test(`${operation} answers ${status} to ${bytes} bytes`, async () => {
    await using place = await makePlace();
    const json = JSON.stringify({ ...place.at, ...WHOLE });

    const response = await post(operation, json.padEnd(bytes));

    equal(response.status, status);
    if (status === 200) return await response.body?.cancel();
    deepEqual(await refusalOf(response), {
      status,
      statusCode: "413",
      error: "FastifyError",
      message: "Request body is too large",
      code: "EntityTooLarge",
    });
    deepEqual((await done(place.index.listVectors())).vectors, []);
  });
}

Deno.test("a body is JSON that says so", async () => {
  const broken = await refusalOf(await post("GetVectorBucket", "{"));
  const plain = await refusalOf(
    await world.request("/vector/ListVectorBuckets", {
      method: "POST",
      headers: world.asService(),
      body: "{}",
    }),
  );

  deepEqual([broken.status, broken.code], [400, "InvalidRequest"]);
  deepEqual([plain.status, plain.code], [400, "InvalidMimeType"]);
});

const LOST: [method: string, path: string][] = [
  ["POST", "/vector/CreateNothing"],
  ["POST", "/vector/constructor"],
  ["GET", "/vector/ListVectorBuckets"],
  ["POST", "/vector"],
];

for (const [method, path] of LOST) {
  Deno.test(`${method} ${path} is no route`, async () => {
    const headers = world.asService();

    const response = await world.request(path, { method, headers });

    deepEqual([response.status, await response.json()], [404, {
      message: `Route ${method}:${path} not found`,
      error: "Not Found",
      statusCode: 404,
    }]);
  });
}
