/**
 * How much one call may do. No I/O.
 *
 * The platform gives a request 2 s of CPU and 400 s of time: see
 * `bench/README.md` for what these numbers cost of them.
 *
 * @module
 */
import { seconds } from "../_shared/units.ts";
import type { SinkBudget } from "./bucket/sink.ts";

/** Bounds of one run. */
export interface Budget {
  /** Rows that are taken at once: four calls of 64 texts, if each is a chunk. */
  readonly claimRows: number;
  /** How long rows are a run's that has not said that it lives, in seconds. */
  readonly leaseS: number;
  /** Between two signs of life. */
  readonly beatMs: number;
  /** Rows that are compared with the index at once. */
  readonly tendRows: number;
  /** Chunks that a run makes; what is left is another run's. */
  readonly maxChunks: number;
  /** Of CPU, as `cost.ts` reckons: a row that alone takes more is one run. */
  readonly maxCpuMs: number;
  /** Calls of the database. */
  readonly maxCalls: number;
  /** For the whole run. */
  readonly wallMs: number;
  /**
   * A run that has nothing to do waits so long for more: changes that come within
   * a second of one that has called us do not call us again.
   */
  readonly lingerMs: number;
  /** Between two looks while it waits. */
  readonly pollMs: number;
  /** How long it waits for rows whose time is yet to come: not at all if 0. */
  readonly patienceMs: number;
}

export const BUDGET: Budget = {
  claimRows: 256,
  leaseS: 15,
  beatMs: seconds(4),
  tendRows: 1_000,
  maxChunks: 1_500,
  maxCpuMs: 600,
  maxCalls: 300,
  wallMs: seconds(100),
  lingerMs: seconds(1.3),
  pollMs: 40,
  patienceMs: seconds(20),
};

/** Of a run that somebody waits for: it ends when nothing is due. */
export const OPERATOR: Budget = { ...BUDGET, lingerMs: 0, patienceMs: 0 };

/** Of Vector buckets, beside what the index itself takes. */
export const SINK: SinkBudget = {
  maxVectors: 500, // Storage takes no more in one call
  leaseS: 60,
  callMs: seconds(10),
  maxCpuMs: 400,
  maxTasks: 60,
  maxSearch: 24,
  wallMs: seconds(60),
};
