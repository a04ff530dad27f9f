/**
 * What there is to do in Vector buckets, as the database keeps it: migration
 * `…_bucket_work.sql`.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { callSql } from "../../_shared/postgres.ts";
import type { Seen } from "./bucket.ts";
import type { FaultKind } from "./fault.ts";

/** A piece of a row. Its vector and its metadata are JSON. */
export interface Piece {
  readonly n: number;
  readonly vector: string;
  readonly metadata: string;
  readonly content: string;
}

/**
 * A row whose `vectors` are to be put, and those with a number from `keep` to below
 * `there` to be removed.
 */
export interface Row {
  readonly key: string;
  /** What it must still be when the row is settled. */
  readonly version: string;
  /** Of its vectors, before # and their number. */
  readonly name: string;
  readonly seal: string | null;
  /** How many it has: it is whole when `to` and `keep` are that. */
  readonly pieces: number;
  readonly to: number;
  readonly keep: number;
  readonly there: number;
  readonly vectors: readonly Piece[];
}

/** A row that its bucket does not take, and why. */
export interface Failed extends Pick<Row, "key" | "version"> {
  readonly reason: string;
}

/** An index that a run has, and what it is for. */
export type Task =
  & { readonly place: number; readonly bucket: string; readonly index: string }
  & (
    | { readonly outcome: "remove" }
    | {
      readonly outcome: "make";
      readonly dimensions: number;
      /** Whether what is there of that name is ours. */
      readonly isBegun: boolean;
    }
    | {
      readonly outcome: "list";
      readonly size: number;
      readonly page?: string | undefined;
    }
    | {
      readonly outcome: "rows";
      readonly dimensions: number;
      readonly rows: readonly Row[];
    }
  );

/** The port. Everything is done in the name of one run. */
export interface Ledger {
  /** `done` if the database could do it alone. */
  claim(size: number, leaseS: number): Promise<Task | "idle" | "done">;
  /** Whether the run has it for as long. `begins`: it is about to be made. */
  hold(place: number, leaseS: number, begins?: boolean): Promise<boolean>;
  settleIndex(place: number, isMade: boolean): Promise<void>;
  settleRows(
    place: number,
    done: readonly Omit<Row, "vectors">[],
    failed: readonly Failed[],
  ): Promise<{ readonly written: number; readonly moved: number }>;
  /** The names that nobody knows: until there are none nothing is written. */
  see(
    place: number,
    vectors: readonly Seen[],
    next: string | undefined,
  ): Promise<readonly string[]>;
  pause(
    place: number,
    why: {
      readonly fault: FaultKind;
      readonly reason: string;
      readonly pauseS: number | null;
    },
  ): Promise<void>;
}

/** @param service Nobody else may see what is put, or say that it was. */
export function supabaseLedger(service: SupabaseClient, run: string): Ledger {
  const call = <T>(
    name: string,
    given: Readonly<Record<string, unknown>>,
    schema: v.GenericSchema<unknown, T>,
  ) => callSql(service, name, { run, ...given }, schema);
  return {
    claim: (size, leaseS) =>
      call("claim_bucket", { size, "lease_s": leaseS }, ClaimAnswer),
    hold: (place, leaseS, begins = false) =>
      call("hold_bucket", { place, "lease_s": leaseS, begins }, v.boolean()),
    settleIndex: (place, isMade) =>
      call("settle_bucket_index", { place, "is_made": isMade }, Nothing),
    settleRows: (place, done, failed) =>
      call("settle_bucket_rows", { place, done, failed }, SettleAnswer),
    see: (place, vectors, next) =>
      call(
        "see_bucket_page",
        { place, vectors, next: next ?? null },
        v.array(v.string()),
      ),
    pause: (place, { fault, reason, pauseS }) =>
      call(
        "pause_bucket",
        { place, fault, reason, "pause_s": pauseS },
        Nothing,
      ),
  };
}

/** Of functions that answer nothing. */
const Nothing = v.pipe(v.unknown(), v.transform(() => {}));

const SettleAnswer = v.object({ written: v.number(), moved: v.number() });

const PLACE = { place: v.number(), bucket: v.string(), index: v.string() };

const RowAnswer = v.object({
  key: v.string(),
  version: v.string(),
  name: v.string(),
  seal: v.nullable(v.string()),
  pieces: v.number(),
  to: v.number(),
  keep: v.number(),
  there: v.number(),
  vectors: v.array(v.object({
    n: v.number(),
    vector: v.string(),
    metadata: v.string(),
    content: v.string(),
  })),
});

const ClaimAnswer = v.pipe(
  v.variant("outcome", [
    v.object({ outcome: v.literal("idle") }),
    v.object({ outcome: v.literal("done") }),
    v.object({ outcome: v.literal("remove"), ...PLACE }),
    v.object({
      outcome: v.literal("make"),
      ...PLACE,
      dimensions: v.number(),
      isBegun: v.boolean(),
    }),
    v.object({
      outcome: v.literal("list"),
      ...PLACE,
      size: v.number(),
      page: v.optional(v.string()),
    }),
    v.object({
      outcome: v.literal("rows"),
      ...PLACE,
      dimensions: v.number(),
      rows: v.array(RowAnswer),
    }),
  ]),
  v.transform((answer) =>
    answer.outcome === "idle" || answer.outcome === "done"
      ? answer.outcome
      : answer
  ),
);
