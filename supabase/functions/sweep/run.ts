/**
 * One run: a batch of each task in turn, until nothing is due or the budget is
 * used. In turn, so that a task with a million rows does not keep the others
 * waiting, and each for itself, so that one that fails does not either.
 *
 * @module
 */
import type { Budget } from "./policy.ts";
import type { Begun, Tasks } from "./tasks.ts";

/** What became of a task. */
export interface Result {
  readonly task: string;
  /**
   * `done`: nothing is due. `more`: the budget is used, or what is left is in
   * somebody's hand, and the next run goes on. `held`: another run has it.
   * `lost`: another run has taken it over. `capped`: more is due than a run may
   * remove unasked. `broken`: what is due cannot be told. `failed`: it could not
   * be removed.
   */
  readonly outcome:
    | "done"
    | "more"
    | "held"
    | "lost"
    | "capped"
    | "broken"
    | "failed";
  readonly removed: number;
  /** Rows that could not be removed. They are tried again later. */
  readonly failed: number;
  /** Rows that were due at the start and are still there. */
  readonly remaining: number;
}

/** What a run works with. */
export interface Run {
  /** Its id, a UUID. */
  readonly id: string;
  readonly begun: readonly Begun[];
  readonly budget: Budget;
  /** Is told of what fails. The run goes on. */
  alert(error: unknown): void;
}

interface Work {
  readonly task: string;
  readonly due: number;
  outcome: Result["outcome"] | undefined;
  removed: number;
  failed: number;
  /** Of the next batch. Fewer after each that failed. */
  rows: number;
}

/** Works on those of `run.begun` that the run has, and says what became of each. */
export async function sweep(tasks: Tasks, run: Run): Promise<Result[]> {
  const { begun, budget } = run;
  const works = begun.map(({ task, outcome, due = 0 }): Work => ({
    task,
    due,
    outcome: outcome === "began" ? undefined : outcome,
    removed: 0,
    failed: 0,
    rows: budget.batchRows,
  }));
  const open = () => works.filter(({ outcome }) => outcome === undefined);
  const end = performance.now() + budget.wallMs;

  let left = budget.maxBatches;
  const hasTime = () => left > 0 && performance.now() < end;
  while (open().length > 0 && hasTime()) {
    for (const work of open()) {
      if (!hasTime()) break;
      await attempt(tasks, run, work);
      left--;
    }
  }
  for (const work of open()) await give(tasks, run, work, "more");
  return works.map(resultOf);
}

/** A batch; or, where one has failed, the next smaller one. */
async function attempt(tasks: Tasks, run: Run, work: Work): Promise<void> {
  try {
    await advance(tasks, run, work);
  } catch (error) {
    if (work.rows > 1) {
      work.rows = Math.ceil(work.rows / 10);
      return;
    }
    run.alert(error);
    await tasks.skip(work.task, run.id).then(
      () => work.failed++,
      () => give(tasks, run, work, "failed"),
    );
  }
}

async function advance(tasks: Tasks, run: Run, work: Work): Promise<void> {
  const batch = await tasks.batch(work.task, run.id, work.rows);
  if (batch.outcome === "lost") {
    work.outcome = "lost";
    return;
  }
  work.removed += batch.removed;
  work.failed += batch.failed;
  if (!batch.more) {
    work.outcome = "done";
  } else if (batch.removed + batch.failed === 0) {
    // What is left is locked, or is more than the run was allowed.
    await give(tasks, run, work, "more");
  }
}

/** Gives a task back. If that fails, it is free in a minute all the same. */
async function give(
  tasks: Tasks,
  { id, alert }: Run,
  work: Work,
  outcome: "more" | "failed",
): Promise<void> {
  work.outcome = outcome;
  await tasks.end(work.task, id, outcome).catch(alert);
}

function resultOf({ task, outcome, due, removed, failed }: Work): Result {
  const remaining = Math.max(0, due - removed);
  return { task, outcome: outcome ?? "more", removed, failed, remaining };
}
