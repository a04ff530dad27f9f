/**
 * Notes that are in the index and on their way into a Vector bucket, with a Storage
 * in between that does as it is told.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import type { Sink } from "../../supabase/functions/vector-index/bucket/sink.ts";
import { indexHere } from "../contracts/indexes.ts";
import { type Shelf, shelfOf } from "../index/shelf.ts";
import { startWorld, type World } from "../world.ts";
import { assertSame, type Index, indexOf } from "./pool.ts";
import {
  drain,
  type Front,
  letTimePass,
  type Manner,
  newRun,
  startFront,
} from "./runs.ts";

/** A world of its own, and what tests ask of it. */
export interface Notes extends AsyncDisposable {
  readonly world: World;
  readonly shelf: Shelf;
  readonly front: Front;
  /** Of the first generation, as an app has it. */
  readonly index: Index;
  /** Notes 1 to `count`, indexed; the bucket has an index, and none of them. */
  begin(count: number): Promise<void>;
  /** Has the first stage done. */
  indexed(): Promise<void>;
  /** A run by way of the front. */
  run(manner?: Manner): Promise<Sink["tally"]>;
  /** Has everything done by runs with which nothing is wrong. */
  finish(): Promise<void>;
  /** How many vectors there are, once each is what its chunk is. */
  same(): Promise<number>;
}

/** Where they are. */
export const AT = { bucket: "embeddings", index: "notes" };

/** Cuts a text into so many chunks as it has parts. */
export const CHUNKING = '{"maxTokens": 16, "overlapTokens": 0}';

/** A text of so many chunks. */
export function textOf(chunks: number): string {
  const part = (_: unknown, n: number) => `Part ${n} ${"word ".repeat(12)}`;
  return Array.from({ length: chunks }, part).join("\n\n");
}

/** Makes the table, and nothing in it. */
export async function startNotes(): Promise<Notes> {
  const world = await startWorld();
  const shelf = shelfOf(world);
  const front = startFront(world);
  await shelf.run(
    "create table public.notes (id int primary key, org text, title text)",
  );
  const indexed = () => indexHere(world);
  const finish = async () => {
    await letTimePass(world);
    await drain(newRun(world));
    const due = await world.rows("select from portico.due_buckets");
    deepStrictEqual(due, []);
  };
  return {
    ...{ world, shelf, front, indexed, finish },
    index: indexOf(world, AT.bucket, `${AT.index}-1`),
    async begin(count) {
      front.fault = () => undefined;
      await shelf.run(
        `select portico.unwatch(name) from portico_index.sources;
         truncate public.notes;
         select portico.watch('notes', 'public.notes', 'title',
           metadata => '{org}', chunking => '${CHUNKING}');
         select portico.sink('notes', '${AT.bucket}', '${AT.index}')`,
      );
      await indexed();
      await finish();
      await shelf.run(
        `insert into public.notes select i, 'o', 'title ' || i
         from generate_series(1, ${count}) as i`,
      );
      await indexed();
      front.calls.length = 0;
    },
    run: (manner) => drain(newRun(world, { url: front.url, ...manner })),
    same: () => assertSame(world, "notes", AT),
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}
