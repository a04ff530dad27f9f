/**
 * Rows that are not as they are indexed, as the database keeps them: migrations
 * `…_index_work.sql` and `…_index_care.sql`.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { callSql } from "../_shared/postgres.ts";
import type { Chunking } from "./chunking/chunk.ts";

/** A row that a run has. Bytes are text: `\x` and hex. */
export interface Row {
  /** The values of its primary key, as JSON. */
  readonly key: string;
  /** What it must still be when the row is settled. */
  readonly version: string;
  /** Absent if there is no such row, or it is not to be indexed. */
  readonly text?: string | undefined;
  /** Says of a text which one it is. */
  readonly seal?: string | undefined;
  readonly metadata?: string | undefined;
  /** SHA-256 of the chunks that it has in the index now. */
  readonly hashes: readonly string[];
}

/** Rows of one index, which one model has made. */
export interface Claim {
  readonly generation: number;
  readonly model: string;
  readonly dimensions: number;
  readonly chunking: Chunking;
  /** Rows that were set aside on this occasion. */
  readonly buried: number;
  readonly rows: readonly Row[];
}

/** What a row consists of now: nothing if it is not to be found any more. */
export interface Done
  extends Pick<Row, "key" | "version" | "seal" | "metadata"> {
  readonly chunks: readonly {
    readonly content: string;
    readonly hash: string;
  }[];
}

/** A row, and the chunks of it that have no vector in the index. */
export interface Wanted {
  readonly key: string;
  readonly hashes: readonly string[];
}

/** What a run need not ask a provider for. */
export interface Reserved {
  /** Of these there are vectors. */
  readonly known: readonly string[];
  /**
   * Keys of rows that want what another run is asking for now. They have been
   * given back, until that is there.
   */
  readonly deferred: readonly string[];
}

/** What a provider was asked for. */
export interface Used {
  readonly calls: number;
  readonly texts: number;
  readonly tokens: number;
}

/** Vectors as Postgres reads them, `{0.6,0.8}`, by the hash of their text. */
export type Vectors = Readonly<Record<string, string>>;

/** What came of rows that were settled. */
export interface Settled {
  readonly written: number;
  /** Changed meanwhile: they are to be done again. */
  readonly moved: number;
  /** Without a vector, which somebody has thrown away: the same. */
  readonly lost: number;
}

/** A table that somebody says has changed. */
export interface Hint {
  readonly schema: string;
  readonly table: string;
}

/** The port. Everything is done in the name of one run. */
export interface Queue {
  begin(hint?: Hint): Promise<"begun" | "enough" | "unwatched">;
  /** Gives back what the run has, and calls another one if work is left. */
  end(): Promise<void>;
  beat(leaseS: number): Promise<void>;
  /** `null` if nothing is due. */
  claim(size: number, leaseS: number): Promise<Claim | null>;
  /** Has nobody else ask for what is wanted until it is settled or given up. */
  reserve(generation: number, wanted: readonly Wanted[]): Promise<Reserved>;
  keep(generation: number, vectors: Vectors, used: Used): Promise<void>;
  settle(
    generation: number,
    done: readonly Done[],
    made: {
      readonly vectors: Vectors;
      readonly used: Used | null;
      /** Whether they are to be kept for others as well. */
      readonly paid: boolean;
    },
  ): Promise<Settled>;
  /** Says of rows that they are at fault themselves. */
  fail(
    generation: number,
    failed:
      readonly (Pick<Row, "key" | "seal"> & { readonly reason: string })[],
  ): Promise<number>;
  /** Leaves a provider alone, and gives back what the run has. */
  pause(
    generation: number,
    why: { readonly reason: string; readonly pauseS: number | null },
  ): Promise<void>;
  /** Fills and repairs; `waitS` until rows are due, if there are any. */
  tend(size: number): Promise<{ more: boolean; waitS: number | undefined }>;
}

/** @param service Nobody else may see all rows, or write what is found. */
export function supabaseQueue(service: SupabaseClient, run: string): Queue {
  const call = <T>(
    name: string,
    given: Readonly<Record<string, unknown>>,
    schema: v.GenericSchema<unknown, T>,
  ) => callSql(service, name, given, schema);
  return {
    begin: (hint) =>
      call("begin_index_run", { run, hint: hint ?? null }, BeginAnswer),
    end: () => call("end_index_run", { run }, Nothing),
    beat: (leaseS) =>
      call("beat_index_run", { run, "lease_s": leaseS }, Nothing),
    async claim(size, leaseS) {
      const given = { run, size, "lease_s": leaseS };
      const answer = await call("claim_rows", given, ClaimAnswer);
      return answer.outcome === "idle" ? null : answer;
    },
    reserve: (generation, wanted) =>
      call("reserve_embeddings", { run, generation, wanted }, ReserveAnswer),
    keep: (generation, vectors, used) =>
      call("keep_embeddings", { generation, vectors, used }, Nothing),
    settle(generation, done, { vectors, used, paid }) {
      const given = { run, generation, done, vectors, used, paid };
      return call("settle_rows", given, SettleAnswer);
    },
    fail: (generation, failed) =>
      call("fail_rows", { run, generation, failed }, v.number()),
    async pause(generation, { reason, pauseS }) {
      const given = { run, generation, reason, "pause_s": pauseS };
      await call("pause_index", given, v.unknown());
    },
    tend: (size) => call("tend_indexes", { size }, TendAnswer),
  };
}

/** Of functions that answer nothing. */
const Nothing = v.pipe(v.unknown(), v.transform(() => {}));

const BeginAnswer = v.picklist(["begun", "enough", "unwatched"]);

/** The answer of `portico_api.claim_rows`: what `portico.watch` has checked. */
const Claimed = v.object({
  outcome: v.literal("claimed"),
  generation: v.number(),
  model: v.string(),
  dimensions: v.number(),
  chunking: v.object({
    format: v.picklist(["text", "markdown", "html"]),
    maxTokens: v.number(),
    overlapTokens: v.number(),
  }),
  buried: v.number(),
  rows: v.array(v.object({
    key: v.string(),
    version: v.string(),
    text: v.optional(v.string()),
    seal: v.optional(v.string()),
    metadata: v.optional(v.string()),
    hashes: v.array(v.string()),
  })),
});

const ClaimAnswer = v.variant("outcome", [
  Claimed,
  v.object({ outcome: v.literal("idle") }),
]);

const ReserveAnswer = v.object({
  known: v.array(v.string()),
  deferred: v.array(v.string()),
});

const SettleAnswer = v.object({
  written: v.number(),
  moved: v.number(),
  lost: v.number(),
});

const TendAnswer = v.pipe(
  v.object({ more: v.boolean(), "wait_s": v.optional(v.number()) }),
  v.transform(({ more, wait_s: waitS }) => ({ more, waitS })),
);
