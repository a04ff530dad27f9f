/**
 * How much one run does. No I/O.
 *
 * What a task may remove is in the database: `portico.tasks.max_share`.
 *
 * @module
 */
import type { Monitor } from "../_shared/telemetry/sentry.ts";
import { seconds } from "../_shared/units.ts";

/** Bounds of a run. What is left is the next one's. */
export interface Budget {
  /** Rows in one transaction. */
  readonly batchRows: number;
  /** Of all tasks together. */
  readonly maxBatches: number;
  /** No batch begins after this. */
  readonly wallMs: number;
}

/**
 * A batch costs the function less than 2 ms of CPU, so that a whole run takes a
 * fifth of the 2 s that the platform allows. Source: `deployed` in bench/README.md.
 */
export const BUDGET: Budget = {
  batchRows: 1_000,
  maxBatches: 200,
  wallMs: seconds(20),
};

/**
 * How Sentry knows that cron calls no more: the schedule is that of the migration
 * `…_schedule.sql`, and a test compares them.
 */
export const MONITOR: Monitor = {
  slug: "portico-sweep",
  schedule: "*/5 * * * *",
  maxRuntimeM: 2,
};
