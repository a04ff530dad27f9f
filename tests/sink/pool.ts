/**
 * Vector buckets as an app sees them, by an unmodified client, and what the index
 * says that there should be.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { World } from "../world.ts";

/** What a vector says of itself. */
export type Metadata = Readonly<Record<string, unknown>>;

/** A vector, wherever it is. */
export interface Vector {
  readonly numbers: readonly number[];
  readonly metadata: Metadata;
}

/** By their names. */
export type Vectors = ReadonlyMap<string, Vector>;

/** The part of storage-js that is an index of a bucket. */
export type Index = ReturnType<
  ReturnType<SupabaseClient["storage"]["vectors"]["from"]>["index"]
>;

/** An index, as an app has it. */
export function indexOf(world: World, bucket: string, index: string): Index {
  return world.service().storage.vectors.from(bucket).index(index);
}

/** All that is in an index; `undefined` if there is no such index. */
export async function vectorsIn(index: Index): Promise<Vectors | undefined> {
  const found = new Map<string, Vector>();
  let nextToken: string | undefined;
  do {
    const { data, error } = await index.listVectors({
      ...{ returnData: true, returnMetadata: true },
      ...nextToken === undefined ? {} : { nextToken },
    });
    if (error?.status === 404) return undefined;
    if (error) throw error;
    for (const { key, data: numbers, metadata } of data.vectors) {
      found.set(key, {
        numbers: numbers?.float32 ?? [],
        metadata: metadata ?? {},
      });
    }
    nextToken = data.nextToken;
  } while (nextToken);
  return found;
}

/** A chunk, as it is in the index of Postgres. Its key is JSON. */
interface Chunk {
  readonly key: string;
  readonly n: number;
  readonly content: string;
  readonly version: string;
  readonly vector: readonly number[];
  readonly metadata: Metadata;
}

/** What there should be of a generation, by the table of its chunks. */
export async function chunksOf(
  world: World,
  generation: number,
): Promise<readonly Chunk[]> {
  const [made] = await world.rows<{ keys: string; metadata: string }>(
    `select
       (select string_agg('key_' || n, ', ' order by n)
        from portico.key_columns(source.relation)) as keys,
       (select string_agg(format('%L, m_%s', name, name), ', ')
        from unnest(source.metadata) as name) as metadata
     from portico_index.generations as made
     join portico_index.sources as source on source.id = made.source
     where made.id = $1`,
    [generation],
  );
  return await world.rows<Chunk>(
    `select jsonb_build_array(${made?.keys})::text as key, n, content,
       version::text, embedding::real[]::float8[] as vector,
       jsonb_build_object(${made?.metadata ?? ""}) as metadata
     from portico_index.chunks_${generation} where embedding is not null`,
  );
}

/** The generations of a source, by their numbers. */
export async function generationsOf(
  world: World,
  source: string,
): Promise<ReadonlyMap<number, number>> {
  const rows = await world.rows<{ id: number; number: number }>(
    `select made.id, number from portico_index.generations as made
     join portico_index.sources as it on it.id = made.source where name = $1`,
    [source],
  );
  return new Map(rows.map(({ id, number }) => [number, id]));
}

/** How many vectors there are of a source, once each is what its chunk is. */
export async function assertSame(
  world: World,
  source: string,
  { bucket, index }: { bucket: string; index: string },
): Promise<number> {
  let count = 0;
  for (const [number, id] of await generationsOf(world, source)) {
    const there = await vectorsIn(indexOf(world, bucket, `${index}-${number}`));
    ok(there !== undefined, `no index ${index}-${number}`);
    const chunks = await chunksOf(world, id);
    deepStrictEqual(
      [...there.keys()].sort(),
      chunks.map(({ key, n }) => `${key}#${n}`).sort(),
    );
    const known = await world.rows<{ key: string }>(
      "select key::text from portico.bucket_vectors where generation = $1",
      [id],
    );
    deepStrictEqual(
      known.map(({ key }) => key).sort(),
      [...new Set(chunks.map(({ key }) => key))].sort(),
    );
    for (const chunk of chunks) {
      const name = `${chunk.key}#${chunk.n}`;
      assertVector(there.get(name), chunk);
      count++;
    }
  }
  return count;
}

function assertVector(
  vector: Vector | undefined,
  { key, n, content, version, vector: numbers, metadata }: Chunk,
): void {
  const { seal, ...said } = vector?.metadata ?? {};
  const own = Object.entries(metadata).filter(([, it]) => it !== null);
  deepStrictEqual(said, {
    ...Object.fromEntries(own),
    ...{ key, n, content, version: Number(version) },
  });
  strictEqual(typeof seal, "string");
  strictEqual(vector?.numbers.length, numbers.length);
  numbers.forEach((it, at) => {
    ok(Math.abs(it - (vector?.numbers[at] ?? NaN)) < 1e-6);
  });
}
