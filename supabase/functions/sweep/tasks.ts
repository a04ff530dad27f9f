/**
 * The tasks of the database, and taking one.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import { callSql } from "../_shared/postgres.ts";
import { problem } from "../_shared/problem.ts";

const taskNotFound = problem(404, "Task not found");
const clocksDiffer = problem(503, "Clocks differ");

/** What somebody asks for. */
export interface Wish {
  /** Of the run: a UUID. */
  readonly run: string;
  /** Names; every task without them. */
  readonly wanted: readonly string[] | undefined;
  /** Whether a task may remove more than its share. */
  readonly confirmed: boolean;
}

/** A task at the start of a run. */
export interface Begun {
  readonly task: string;
  /**
   * `began`: the run has it. `done`: nothing is due. `held`: another run has
   * it. `capped`: more is due than a run may remove unasked. `broken`: what is
   * due cannot be told.
   */
  readonly outcome: "began" | "done" | "held" | "capped" | "broken";
  /** Rows that should go. Absent if nobody has asked. */
  readonly due?: number | undefined;
  /** Rows of the table that they are in. */
  readonly total?: number | undefined;
  /** Above 0, at most 1. */
  readonly maxShare?: number | undefined;
  /** Of Postgres: for the record only. */
  readonly error?: string | undefined;
}

/** One batch: what it did, or that somebody else has the task by now. */
export type Batch =
  | {
    readonly outcome: "swept";
    readonly removed: number;
    /** Rows that could not be removed, and are set aside. */
    readonly failed: number;
    /** If not, the task has been given back. */
    readonly more: boolean;
  }
  | { readonly outcome: "lost" };

/** The port. */
export interface Tasks {
  /** @throws {Problem} "Task not found" or "Clocks differ". */
  begin(wish: Wish): Promise<readonly Begun[]>;
  /** Removes up to `rows` rows, all or none of them. */
  batch(task: string, run: string, rows: number): Promise<Batch>;
  /** Sets the next row aside, since it takes longer than there is. */
  skip(task: string, run: string): Promise<void>;
  /** Gives back a task: it has `more` to do, or has `failed`. */
  end(task: string, run: string, outcome: "more" | "failed"): Promise<void>;
  /** When each task ran, and how that went. */
  list(): Promise<unknown>;
}

/** Tasks as Postgres keeps them: migration `…_tasks.sql`. */
export function supabaseTasks(service: SupabaseClient): Tasks {
  return {
    async begin({ run, wanted, confirmed }) {
      const clock = new Date().toISOString();
      const given = { run, clock, wanted: wanted ?? null, confirmed };
      const answer = await callSql(service, "begin_sweep", given, BeginAnswer);
      switch (answer.outcome) {
        case "unknown":
          throw taskNotFound(`Cannot run the task "${answer.task}"`);
        case "clocks differ":
          throw clocksDiffer(
            "Cannot tell what is due: the database's clock is not this one",
            { seconds: answer.seconds },
          );
        default:
          return answer.tasks;
      }
    },

    batch: (task, run, size) =>
      callSql(service, "sweep_batch", { task, run, size }, BatchAnswer),

    async skip(task, run) {
      const reason = "It took longer than a statement may";
      await callSql(service, "skip_due", { task, run, reason }, v.unknown());
    },

    async end(task, run, outcome) {
      await callSql(service, "end_sweep", { task, run, outcome }, v.unknown());
    },

    list: () => callSql(service, "list_tasks", {}, v.array(v.unknown())),
  };
}

const BeginAnswer = v.variant("outcome", [
  v.object({
    outcome: v.literal("begun"),
    tasks: v.array(v.object({
      task: v.string(),
      outcome: v.picklist(["began", "done", "held", "capped", "broken"]),
      due: v.optional(v.number()),
      total: v.optional(v.number()),
      maxShare: v.optional(v.number()),
      error: v.optional(v.string()),
    })),
  }),
  v.object({ outcome: v.literal("unknown"), task: v.string() }),
  v.object({ outcome: v.literal("clocks differ"), seconds: v.number() }),
]);

const BatchAnswer = v.variant("outcome", [
  v.object({
    outcome: v.literal("swept"),
    removed: v.number(),
    failed: v.number(),
    more: v.boolean(),
  }),
  v.object({ outcome: v.literal("lost") }),
]);
