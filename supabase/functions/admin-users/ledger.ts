/**
 * What may be done, and the trail of what has been: migration `…_admin.sql`.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as v from "valibot";
import type { Once } from "../_shared/idempotency.ts";
import { callSql } from "../_shared/postgres.ts";
import {
  type Left,
  LeftAnswer,
  type RateLimit,
} from "../_shared/rate_limit.ts";
import type { Actor } from "./actor.ts";
import { Person, Refusal, refusalOf } from "./answers.ts";
import { authUnavailable } from "./auth_answer.ts";
import type { Plan } from "./plan.ts";
import { LOOKS } from "./policy.ts";
import { NOT_ONESELF, reached, ROLES, TOP } from "./rules.ts";

/** An act, and who asks for it. */
export interface Act {
  readonly actor: Actor;
  readonly plan: Plan;
  readonly once: Once | undefined;
  readonly requestId: string;
}

/** Allowed, and written down. */
export interface Begun {
  readonly outcome: "begun";
  /** To be ended: its number in the trail. */
  readonly intent: number;
  /** The target as it is before; `null` if they are new. */
  readonly person: Person | null;
  readonly left: Left;
}

/** Done before, by a request with the same key. */
export interface Repeated {
  readonly outcome: "repeated";
  /** Who or what it made. */
  readonly target: string;
  readonly person: Person | null;
  readonly left: Left;
}

/** What came of an act. */
export interface End {
  readonly result: "done" | "refused" | "failed";
  /** A code. */
  readonly detail?: string | null;
  /** Who it was about, if nobody could know before. */
  readonly target?: string | null;
}

export interface Ended {
  /** How many have ended, and how many objects are somebody else's now. */
  readonly sessions: number;
  readonly handed: number;
  /** As it is now; `null` if it is gone. */
  readonly person: Person | null;
}

/** The port. */
export interface Ledger {
  /**
   * @throws {Problem} "Account not active", "Role changed", "User not found",
   * "Own account", "Out of reach", "Last owner", "Too many requests",
   * "Idempotency key reused" or "Request in progress".
   */
  begin(act: Act): Promise<Begun | Repeated>;
  /** @throws {Problem} "Auth unavailable" if it was not done after all. */
  end(intent: number, end: End): Promise<Ended>;
}

/**
 * @param service Nobody else may write the trail.
 * @param limit How many acts one person or key may do.
 */
export function supabaseLedger(
  service: SupabaseClient,
  limit: RateLimit,
): Ledger {
  return {
    async begin(act) {
      const given = { actor: asRow(act.actor), act: rowOf(act, limit) };
      const answer = await callSql(service, "begin_admin", given, BeginAnswer);
      if (answer.outcome === "begun" || answer.outcome === "repeated") {
        return answer;
      }
      throw refusalOf(answer, limit);
    },

    async end(intent, { result, detail = null, target = null }) {
      const given = { intent, result, detail, target };
      const ended = await callSql(service, "end_admin", given, EndAnswer);
      if (ended.outcome !== "not done") return ended;
      throw authUnavailable("Auth has not done what it said");
    },
  };
}

/** As `portico.admits()` takes it. */
export function asRow(actor: Actor): Readonly<Record<string, string | null>> {
  if (actor.kind === "server") return { role: actor.role, key: actor.key };
  const role = actor.kind === "self" ? actor.ownRole : actor.role;
  return { role, person: actor.id, session: actor.sessionId };
}

/** As `portico.admit_look()` takes it. */
export function looking(actor: Actor): Readonly<Record<string, unknown>> {
  return { ...asRow(actor), rate: rateOf(LOOKS) };
}

function rowOf({ actor, plan, once, requestId }: Act, limit: RateLimit) {
  const { isSeen, isElsewhere = false, bannedUntil, ...effect } = plan.effect;
  return {
    action: plan.action,
    request: requestId,
    reason: plan.reason ?? null,
    fields: plan.fields,
    target: plan.target ?? null,
    "is_account": plan.isAccount,
    email: plan.email ?? null,
    phone: plan.phone ?? null,
    roles: ROLES,
    targets: reached(actor.role, plan.needed),
    "not_self": plan.needed.some((it) => NOT_ONESELF.includes(it)),
    "ends_role": plan.endsRole,
    "is_aal1": actor.kind === "self" && !actor.hasSecondFactor,
    top: TOP,
    effect: {
      ...effect,
      ...bannedUntil !== undefined && { "banned_until": bannedUntil },
      "is_seen": isSeen,
      "is_elsewhere": isElsewhere,
      "signs_out": plan.signsOut,
      forgets: actor.kind === "self",
      notifies: plan.notifies,
    },
    once: once ?? null,
    rate: rateOf(limit),
  };
}

/** As `portico.take()` takes it. */
export function rateOf(
  { name, capacity, windowS }: RateLimit,
): Readonly<Record<string, unknown>> {
  return { name, capacity, "window_s": windowS };
}

/** The answer of `portico_api.begin_admin`. */
const BeginAnswer = v.variant("outcome", [
  v.object({
    outcome: v.literal("begun"),
    intent: v.number(),
    person: v.nullable(Person),
    left: LeftAnswer,
  }),
  v.object({
    outcome: v.literal("repeated"),
    target: v.string(),
    person: v.nullable(Person),
    left: LeftAnswer,
  }),
  Refusal,
]);

/** The answer of `portico_api.end_admin`. */
const EndAnswer = v.object({
  outcome: v.picklist(["ended", "not done", "settled"]),
  sessions: v.number(),
  handed: v.number(),
  person: v.nullable(Person),
});
