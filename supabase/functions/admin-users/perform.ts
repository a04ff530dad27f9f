/**
 * The order in which anything is done to an account: it is allowed and written
 * down, then done, then what came of it is written down as well.
 *
 * Whatever ends this in between leaves an intent without an outcome, and sweep
 * looks at what has become of it.
 *
 * @module
 */
import { Problem } from "../_shared/problem.ts";
import type { Left } from "../_shared/rate_limit.ts";
import type { Person } from "./answers.ts";
import type { Act, Ended, Ledger, Repeated } from "./ledger.ts";
import { permit } from "./plan.ts";

/** What the work has to tell. */
export interface Outcome<Told> {
  readonly told: Told;
  /** Who it was about, if nobody could know before. */
  readonly target?: string;
}

/** It is done now. */
interface Done<Told> extends Ended {
  readonly outcome: "done";
  readonly told: Told;
  /** In the trail. */
  readonly intent: number;
  readonly left: Left;
}

/** Performs what may be done twice: see `performOnce()`. */
export async function perform<Told>(
  act: Omit<Act, "once">,
  ledger: Ledger,
  work: (person: Person | null) => Promise<Outcome<Told>>,
): Promise<Done<Told>> {
  const done = await performOnce({ ...act, once: undefined }, ledger, work);
  if (done.outcome === "done") return done;
  throw new TypeError("Nothing is known by a key that was not given");
}

/**
 * Performs `act` by `work`, which gets the target as it is before: `null` if they
 * are new; unless a request with its key has done it.
 *
 * @throws {Problem} As the ledger and the work do, "Forbidden" and "Second factor
 * needed".
 */
export async function performOnce<Told>(
  act: Act,
  ledger: Ledger,
  work: (person: Person | null) => Promise<Outcome<Told>>,
): Promise<Done<Told> | Repeated> {
  permit(act.actor, act.plan);
  const begun = await ledger.begin(act);
  if (begun.outcome === "repeated") return begun;
  const { intent, person, left } = begun;
  try {
    const { told, target } = await work(person);
    const end = { result: "done", ...target && { target } } as const;
    const ended = await ledger.end(intent, end);
    return { ...ended, outcome: "done", told, intent, left };
  } catch (error) {
    // What Auth has refused it has not done. Of the rest nobody knows.
    if (error instanceof Problem && error.status < 500) {
      await ledger.end(intent, { result: "refused", detail: error.code });
    }
    throw error;
  }
}
