/**
 * The same act on many accounts: asked for once, and done an account after
 * another, by as many runs as it takes.
 *
 * @module
 */
import { Problem } from "../_shared/problem.ts";
import type { Left } from "../_shared/rate_limit.ts";
import type { Call } from "../_shared/route.ts";
import type { Actor } from "./actor.ts";
import { change, type Means } from "./change.ts";
import type { For } from "./input.ts";
import type { Claimed, Each, Job, Jobs } from "./jobs.ts";
import type { Ledger } from "./ledger.ts";
import { type Change, permit, planOf } from "./plan.ts";
import { type Notices, notify } from "./notices.ts";
import { BULK } from "./policy.ts";

/**
 * Opens a job. Whether its accounts are in reach is asked when it comes to them.
 *
 * @throws {Problem} As the jobs do, "Forbidden" and "Second factor needed".
 */
export async function openBulk(
  { caller: actor, input, once }: Call<Actor, For<"bulk">>,
  jobs: Jobs,
): Promise<{ readonly job: Job; readonly left: Left }> {
  const { ids, reason } = input;
  const each = { ...input.each, reason };
  permit(actor, planOf(changeOf(each, ids[0] ?? ""), ""));
  return await jobs.open({ id: crypto.randomUUID(), actor, each, ids, once });
}

function changeOf(each: Each, id: string): Change {
  return each.action === "delete"
    ? { ...each, id, objects: "keep", dryRun: false }
    : { ...each, id };
}

/** The outside world of a run. */
export interface Shift extends Means {
  readonly jobs: Jobs;
  readonly notices: Notices;
  /** Counts acts of jobs, apart from those that are done by hand. */
  readonly ledger: Ledger;
  /** Is told of what fails. The run goes on. */
  alert(error: unknown): void;
}

/** How a run went. */
export interface Tally {
  done: number;
  refused: number;
  /** Tried again later. */
  failed: number;
}

/** What ends a job: who asked for it may not act any more. */
const STOPS = ["account_not_active", "role_changed"];

/** Works on what is due, for as long as a run may. */
export async function work(shift: Shift): Promise<Tally> {
  const { jobs, notices, alert } = shift;
  await notify(notices, alert);
  const tally: Tally = { done: 0, refused: 0, failed: 0 };
  const end = performance.now() + BULK.runMs;
  let left = BULK.inRun;
  while (left > 0 && performance.now() < end) {
    const claimed = await jobs.claim(Math.min(BULK.atOnce, left));
    if (claimed === null || claimed.items.length === 0) return tally;
    left -= claimed.items.length;
    await workOn(claimed, shift, tally);
  }
  await jobs.rest();
  return tally;
}

async function workOn(
  { job, actor, act, items }: Claimed,
  { jobs, alert, ...means }: Shift,
  tally: Tally,
): Promise<void> {
  for (const { n, target } of items) {
    const input = changeOf(act, target);
    const call = { caller: actor, input, once: undefined, requestId: job };
    try {
      await change(call, means);
      await jobs.settle({ job, n, outcome: "done" });
      tally.done++;
    } catch (error) {
      const code = error instanceof Problem && error.status < 500
        ? error.code
        : undefined;
      if (code === undefined) {
        // Nobody knows: it is taken again when that has been settled.
        alert(error);
        tally.failed++;
      } else if (STOPS.includes(code)) {
        return await jobs.stop(job, code);
      } else {
        await jobs.settle({ job, n, outcome: "refused", detail: code });
        tally.refused++;
      }
    }
  }
}
