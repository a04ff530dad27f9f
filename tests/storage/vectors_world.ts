/**
 * Vector buckets for the tests: storage-js, unmodified, and what it may not do.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import type { SupabaseClient } from "@supabase/supabase-js";
import { world } from "./world.ts";

/** The part of storage-js. */
export type Vectors = SupabaseClient["storage"]["vectors"];
/** The same, for one index. */
export type Index = ReturnType<ReturnType<Vectors["from"]>["index"]>;

/** The project's client. */
export const vectors: Vectors = world.service().storage.vectors;

/** An index of a bucket of its own, which goes with the test. */
export interface Place extends AsyncDisposable {
  readonly at: { vectorBucketName: string; indexName: string };
  readonly index: Index;
}

/** Two dimensions and euclidean, unless `options` say otherwise. */
export async function makePlace(
  options: Partial<Parameters<ReturnType<Vectors["from"]>["createIndex"]>[0]> =
    {},
): Promise<Place> {
  const at = { vectorBucketName: crypto.randomUUID(), indexName: "docs" };
  await done(vectors.createBucket(at.vectorBucketName));
  const bucket = vectors.from(at.vectorBucketName);
  await done(bucket.createIndex({
    indexName: "docs",
    dataType: "float32",
    dimension: 2,
    distanceMetric: "euclidean",
    ...options,
  }));
  return {
    at,
    index: bucket.index("docs"),
    async [Symbol.asyncDispose]() {
      await done(bucket.deleteIndex("docs"));
      await done(vectors.deleteBucket(at.vectorBucketName));
    },
  };
}

/** What the client has got, if it got anything. */
export async function done<Data>(
  answer: Promise<{ data: Data; error: unknown }>,
): Promise<NonNullable<Data>> {
  const { data, error } = await answer;
  equal(error, null);
  ok(data !== null && data !== undefined);
  return data;
}

/** A vector to put. */
export function vector(
  key: string,
  float32: number[],
  metadata?: Record<string, unknown>,
): { key: string; data: { float32: number[] } } {
  return { key, data: { float32 }, ...metadata && { metadata } };
}

/** Sends what a client would not. */
export function post(
  operation: string,
  body: unknown,
  headers: HeadersInit = world.asService(),
): Promise<Response> {
  const json = new Headers(headers);
  json.set("content-type", "application/json");
  return world.request(`/vector/${operation}`, {
    method: "POST",
    headers: json,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** All that there is. */
export function everything(): Promise<unknown[]> {
  return world.rows(`select b.name, i.name as index, v.key, v.metadata, v.data
    from storage_vectors.buckets b
    left join storage_vectors.indexes i on i.bucket = b.name
    left join storage_vectors.vectors v on v.index_id = i.id order by 1, 2, 3`);
}
