/**
 * `/storage/v1/vector`, for an unmodified storage-js.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { openDatabase } from "../local/database.ts";
import { openKeys } from "../local/keys.ts";
import { applyPlatform } from "../local/platform.ts";
import { storageApi } from "../local/storage/routes.ts";
import { serve } from "../supabase/functions/_shared/testing/server.ts";
import "./storage/vectors_bodies.ts";
import "./storage/vectors_refusals.ts";
import {
  done,
  type Index,
  makePlace,
  vector,
  type Vectors,
  vectors,
} from "./storage/vectors_world.ts";
import { world } from "./storage/world.ts";
import { connect, fillFromTemplate } from "./world.ts";

function keysOf(all: readonly { key: string }[]): string[] {
  return all.map(({ key }) => key).sort();
}

Deno.test("a bucket is made, shown, listed and removed", async () => {
  const name = "shelf-one";
  await done(vectors.createBucket(name));

  const { vectorBucket } = await done(vectors.getBucket(name));
  const listed = await done(vectors.listBuckets({ prefix: "shelf-" }));

  deepEqual(listed.vectorBuckets, [vectorBucket]);
  equal(vectorBucket.vectorBucketName, name);
  const age = Date.now() / 1000 - (vectorBucket.creationTime ?? 0);
  ok(age >= 0 && age < 600, `${age}`);
  await done(vectors.deleteBucket(name));
  equal((await vectors.getBucket(name)).error?.status, 404);
});

Deno.test("an index is shown as it was made", async () => {
  const metadataConfiguration = { nonFilterableMetadataKeys: ["text"] };
  await using place = await makePlace({ metadataConfiguration });
  const bucket = vectors.from(place.at.vectorBucketName);

  const { index } = await done(bucket.getIndex("docs"));
  const { indexes } = await done(bucket.listIndexes());

  const { creationTime, ...rest } = index;
  deepEqual(rest, {
    ...place.at,
    dataType: "float32",
    dimension: 2,
    distanceMetric: "euclidean",
    metadataConfiguration,
  });
  deepEqual(indexes, [{ ...place.at, creationTime }]);
});

Deno.test("buckets and indexes are listed by pages", async () => {
  const names = ["paged-a", "paged-b", "paged-c"];
  for (const name of names) await done(vectors.createBucket(name));
  const bucket = vectors.from("paged-a");
  for (const indexName of names) {
    const dataType = "float32";
    const settings = { dataType, dimension: 1, distanceMetric: "cosine" };
    await done(bucket.createIndex({ indexName, ...settings }));
  }

  const of = { prefix: "paged-", maxResults: 2 };
  const first = await done(vectors.listBuckets(of));
  const nextToken = first.nextToken ?? "";
  const second = await done(vectors.listBuckets({ ...of, nextToken }));
  const one = await done(bucket.listIndexes(of));
  const token = one.nextToken ?? "";
  const two = await done(bucket.listIndexes({ ...of, nextToken: token }));

  deepEqual(
    [first, second].map((it) =>
      it.vectorBuckets.map(({ vectorBucketName }) => vectorBucketName)
    ),
    [["paged-a", "paged-b"], ["paged-c"]],
  );
  deepEqual(
    [one, two].map((it) => it.indexes.map(({ indexName }) => indexName)),
    [["paged-a", "paged-b"], ["paged-c"]],
  );
  deepEqual([second.nextToken, two.nextToken], [undefined, undefined]);
  for (const name of names) await done(bucket.deleteIndex(name));
  for (const name of names) await done(vectors.deleteBucket(name));
});

Deno.test("vectors are put, got and deleted by key", async () => {
  await using place = await makePlace();
  const { index } = place;
  const metadata = { title: "A", tags: ["x", "y"], year: 2024, good: true };
  await done(index.putVectors({
    vectors: [vector("a", [0.9, 1], metadata), vector("b", [2, 3])],
  }));

  const keys = ["a", "b", "c"];
  const wanted = { keys, returnData: true, returnMetadata: true };
  const found = await done(index.getVectors(wanted));
  const bare = await done(index.getVectors({ keys: ["a"] }));

  const float32 = [Math.fround(0.9), 1];
  deepEqual(
    new Map(found.vectors.map((it) => [it.key, it])),
    new Map([
      ["a", { key: "a", data: { float32 }, metadata }],
      ["b", { key: "b", data: { float32: [2, 3] }, metadata: {} }],
    ]),
  );
  deepEqual(bare.vectors, [{ key: "a" }]);
  await done(index.deleteVectors({ keys: ["a", "c"] }));
  deepEqual(keysOf((await done(index.listVectors())).vectors), ["b"]);
});

Deno.test("PutVectors replaces a vector and all that was said of it", async () => {
  await using place = await makePlace();
  const { index } = place;
  await done(index.putVectors({ vectors: [vector("a", [1, 2], { n: 1 })] }));

  await done(index.putVectors({ vectors: [vector("a", [3, 4])] }));

  const wanted = { returnData: true, returnMetadata: true };
  deepEqual((await done(index.listVectors(wanted))).vectors, [
    { key: "a", data: { float32: [3, 4] }, metadata: {} },
  ]);
});

Deno.test("ListVectors shows each vector once, by pages and by segments", async () => {
  await using place = await makePlace();
  const { index } = place;
  const all = Array.from({ length: 500 }, (_, at) => vector(`v${at}`, [at, 1]));
  await done(index.putVectors({ vectors: all }));

  async function keysBy(
    options: NonNullable<Parameters<Index["listVectors"]>[0]>,
  ): Promise<string[]> {
    const { vectors: some, nextToken } = await done(index.listVectors(options));
    const rest = nextToken ? await keysBy({ ...options, nextToken }) : [];
    return [...some.map(({ key }) => key), ...rest];
  }
  const paged = await keysBy({ maxResults: 120 });
  const segments = await Promise.all(
    [0, 1, 2].map((segmentIndex) => keysBy({ segmentCount: 3, segmentIndex })),
  );

  deepEqual(paged.sort(), keysOf(all));
  deepEqual(segments.flat().sort(), keysOf(all));
  ok(segments.every(({ length }) => length > 100), "about as many in each");
});

Deno.test("a key may have 1,024 characters of any script", async () => {
  await using place = await makePlace();
  // No two alike, or Postgres would compress it into what fits an index.
  const key = Array.from(
    { length: 1024 },
    (_, at) => String.fromCharCode(0x4e00 + at * 7919 % 20_000),
  ).join("");

  await done(place.index.putVectors({ vectors: [vector(key, [1, 2])] }));

  const { vectors: found } = await done(
    place.index.getVectors({ keys: [key] }),
  );
  deepEqual(found, [{ key }]);
});

for (const metric of ["cosine", "euclidean"] as const) {
  Deno.test(`QueryVectors is as far by ${metric} as pgvector is`, async () => {
    await using place = await makePlace({
      dimension: 8,
      distanceMetric: metric,
    });
    let seed = 0;
    const random = () =>
      Array.from({ length: 8 }, () => Math.fround(Math.sin(seed += 7919)));
    // More than one page of a scan.
    const all = Array.from(
      { length: 1200 },
      (_, at) => vector(`v${at}`, random()),
    );
    for (const vectors of [0, 400, 800].map((at) => all.slice(at, at + 400))) {
      await done(place.index.putVectors({ vectors }));
    }
    const float32 = random();

    const answer = await done(place.index.queryVectors({
      queryVector: { float32 },
      topK: 100,
      returnDistance: true,
    }));

    await world.rows("create extension if not exists vector schema extensions");
    const operator = metric === "cosine" ? "<=>" : "<->";
    const expected = await world.rows<{ key: string; distance: number }>(
      `select it ->> 'key' as key,
        (it #>> '{data,float32}')::extensions.vector
          operator(extensions.${operator}) $2::extensions.vector as distance
        from json_array_elements($1) as it order by distance limit 100`,
      [JSON.stringify(all), JSON.stringify(float32)],
    );
    equal(answer.distanceMetric, metric);
    deepEqual(keysOf(answer.vectors), keysOf(expected));
    for (const [at, { distance = NaN }] of answer.vectors.entries()) {
      ok(Math.abs(distance - (expected[at]?.distance ?? NaN)) < 1e-6);
    }
  });
}

Deno.test("QueryVectors shows what is asked for, of those that match", async () => {
  await using place = await makePlace();
  const { index } = place;
  await done(index.putVectors({
    vectors: [
      vector("near", [0, 1], { lang: "en" }),
      vector("far", [0, 9], { lang: "de" }),
      vector("farther", [0, 10], { lang: "de" }),
    ],
  }));
  const queryVector = { float32: [0, 0] };

  const bare = await done(index.queryVectors({ queryVector, topK: 2 }));
  const filtered = await done(index.queryVectors({
    queryVector,
    topK: 1,
    filter: { lang: "de" },
    returnDistance: true,
    returnMetadata: true,
  }));

  deepEqual(bare, {
    vectors: [{ key: "near" }, { key: "far" }],
    distanceMetric: "euclidean",
  });
  deepEqual(filtered.vectors, [
    { key: "far", distance: 9, metadata: { lang: "de" } },
  ]);
});

Deno.test("vectors are there after a restart", async () => {
  const data = await Deno.makeTempDir({ prefix: "portico-" });
  await fillFromTemplate(data);
  const keys = await openKeys(`${data}/keys.json`);

  async function during<T>(work: (vectors: Vectors) => Promise<T>): Promise<T> {
    await using database = await openDatabase(`${data}/database`);
    await applyPlatform(database);
    const uploads = `${data}/uploads`;
    const stack = { database, keys, folder: data, uploads, maxBytes: 0 };
    await using server = serve(storageApi(stack));
    return await work(connect(server.url, keys.secret).storage.vectors);
  }
  await during(async (it) => {
    await done(it.createBucket("kept"));
    await done(
      it.from("kept").createIndex({
        indexName: "docs",
        dataType: "float32",
        dimension: 2,
        distanceMetric: "cosine",
      }),
    );
    const vectors = [vector("a", [1, 2], { n: 1 })];
    await done(it.from("kept").index("docs").putVectors({ vectors }));
  });

  const wanted = { returnData: true, returnMetadata: true };
  const { vectors: kept } = await during((it) =>
    done(it.from("kept").index("docs").listVectors(wanted))
  );

  deepEqual(kept, [vector("a", [1, 2], { n: 1 })]);
  await Deno.remove(data, { recursive: true });
});
