/**
 * Acts on many accounts, as the database keeps them: migration
 * `…_admin_jobs.sql`.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import type { Once } from "../_shared/idempotency.ts";
import { callSql } from "../_shared/postgres.ts";
import { type Left, LeftAnswer } from "../_shared/rate_limit.ts";
import type { Actor } from "./actor.ts";
import { Refusal, refusalOf } from "./answers.ts";
import type { For } from "./input.ts";
import { asRow, looking, rateOf } from "./ledger.ts";
import { BULK, LOOKS } from "./policy.ts";

/** What is done to each account, and why. */
export type Each = For<"bulk">["each"] & {
  readonly reason?: string | undefined;
};

/** How far a job has come, as `portico.describe_job()` has it. */
export type Job = Readonly<Record<string, unknown>>;

/** Accounts that are to be worked on now. */
export interface Claimed {
  readonly job: string;
  readonly actor: Actor;
  readonly act: Each;
  readonly items: readonly { readonly n: number; readonly target: string }[];
}

/** An account of a job, and what came of it. */
export interface Settled {
  readonly job: string;
  readonly n: number;
  readonly outcome: "done" | "refused";
  /** The code of a problem. */
  readonly detail?: string;
}

/** The port. */
export interface Jobs {
  /**
   * @throws {Problem} "Account not active", "Role changed", "Too many requests" or
   * "Idempotency key reused".
   */
  open(wish: {
    readonly id: string;
    readonly actor: Actor;
    readonly each: Each;
    readonly ids: readonly string[];
    readonly once: Once | undefined;
  }): Promise<{ readonly job: Job; readonly left: Left }>;
  /** @throws {Problem} "Account not active", "Role changed" or "Job not found". */
  show(actor: Actor, id: string): Promise<Job>;
  /** `null` if nothing is due. */
  claim(size: number): Promise<Claimed | null>;
  settle(settled: Settled): Promise<void>;
  /** For good. `reason` is the code of a problem. */
  stop(job: string, reason: string): Promise<void>;
  /** Leaves what is due to another run. */
  rest(): Promise<void>;
}

/** @param service Nobody else may see or write jobs. */
export function supabaseJobs(service: SupabaseClient): Jobs {
  const call = async (name: string, given: Readonly<Record<string, unknown>>) =>
    void await callSql(service, name, given, v.nullish(v.unknown()));
  return {
    async open({ id, actor, each, ids, once }) {
      const given = {
        ...{ id, actor: asRow(actor), caller: actor, act: each, targets: ids },
        ...{ once: once ?? null, rate: rateOf(BULK.jobs) },
      };
      const answer = await callSql(service, "open_admin_job", given, Opened);
      if (answer.outcome !== "opened") throw refusalOf(answer, BULK.jobs);
      return answer;
    },

    async show(actor, id) {
      const given = { actor: looking(actor), id };
      const answer = await callSql(service, "show_admin_job", given, Shown);
      if (answer.outcome !== "shown") throw refusalOf(answer, LOOKS);
      return answer.job;
    },

    async claim(size) {
      const given = { size };
      return await callSql(service, "claim_admin_items", given, ClaimAnswer);
    },

    settle: ({ job, n, outcome, detail }) =>
      call("settle_admin_item", { job, n, outcome, detail: detail ?? null }),

    stop: (job, reason) => call("stop_admin_job", { job, reason }),

    rest: () => call("rest_admin_jobs", {}),
  };
}

const Job = v.record(v.string(), v.unknown());

/** The answer of `portico_api.open_admin_job`. */
const Opened = v.variant("outcome", [
  v.object({ outcome: v.literal("opened"), job: Job, left: LeftAnswer }),
  Refusal,
]);

/** The answer of `portico_api.show_admin_job`. */
const Shown = v.variant("outcome", [
  v.object({ outcome: v.literal("shown"), job: Job }),
  Refusal,
]);

/** The answer of `portico_api.claim_admin_items`: what `open` has put there. */
const ClaimAnswer = v.nullable(v.object({
  job: v.string(),
  actor: v.custom<Actor>((it) => v.is(Job, it)),
  act: v.custom<Each>((it) => v.is(Job, it)),
  items: v.array(v.object({ n: v.number(), target: v.string() })),
}));
