/**
 * One run: a batch of each task in turn, until nothing is due or the budget is
 * used. In turn, so that a task with a million rows does not keep the others
 * waiting.
 *
 * @module
 */
import type { Budget } from "./policy.ts";
import type { Begun, Tasks } from "./tasks.ts";

/** What became of a task. */
export interface Result {
  readonly task: string;
  /**
   * `done`: nothing is due. `more`: the budget is used, and the next run goes
   * on. `held`: another run has it. `lost`: another run has taken it over.
   * `capped`: more is due than a run may remove unasked.
   */
  readonly outcome: "done" | "more" | "held" | "lost" | "capped";
  readonly removed: number;
  /** Rows that could not be removed. They are tried again later. */
  readonly failed: number;
  /** Rows that were due at the start and are still there. */
  readonly remaining: number;
}

interface Work {
  readonly task: string;
  readonly due: number;
  outcome: Result["outcome"] | undefined;
  removed: number;
  failed: number;
}

/**
 * Works on those of `begun` that the run has, and says what became of each.
 * An error ends the run; its tasks are free a minute later.
 */
export async function sweep(
  tasks: Tasks,
  { run, begun }: { readonly run: string; readonly begun: readonly Begun[] },
  budget: Budget,
): Promise<Result[]> {
  const works = begun.map(({ task, outcome, due = 0 }): Work => ({
    task,
    due,
    outcome: outcome === "began" ? undefined : outcome,
    removed: 0,
    failed: 0,
  }));
  const open = () => works.filter(({ outcome }) => outcome === undefined);
  const end = performance.now() + budget.wallMs;

  let left = budget.maxBatches;
  while (open().length > 0 && left > 0 && performance.now() < end) {
    for (const work of open().slice(0, left)) {
      await advance(tasks, run, work, budget.batchRows);
      left--;
    }
  }
  for (const work of open()) {
    await tasks.pause(work.task, run);
    work.outcome = "more";
  }
  return works.map(resultOf);
}

async function advance(
  tasks: Tasks,
  run: string,
  work: Work,
  rows: number,
): Promise<void> {
  const batch = await tasks.batch(work.task, run, rows);
  if (batch.outcome === "lost") {
    work.outcome = "lost";
    return;
  }
  work.removed += batch.removed;
  work.failed += batch.failed;
  if (!batch.more) work.outcome = "done";
}

function resultOf({ task, outcome, due, removed, failed }: Work): Result {
  const remaining = Math.max(0, due - removed);
  return { task, outcome: outcome ?? "more", removed, failed, remaining };
}
