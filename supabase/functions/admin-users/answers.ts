/**
 * What the functions of schema `portico_api` answer, and what of it is told.
 *
 * @module
 */
import * as v from "valibot";
import { notLive } from "../_shared/caller.ts";
import { reused } from "../_shared/idempotency.ts";
import { type Problem, problem } from "../_shared/problem.ts";
import { withoutSecondFactor } from "../_shared/who.ts";
import { LeftAnswer, limited, type RateLimit } from "../_shared/rate_limit.ts";

const roleChanged = problem(403, "Role changed");
const outOfReach = problem(403, "Out of reach");
export const userNotFound = problem(404, "User not found");
export const accountExists = problem(409, "Account exists");
const heirNotFound = problem(409, "Heir not found");
const jobNotFound = problem(404, "Job not found");
const ownAccount = problem(409, "Own account");
const lastOwner = problem(409, "Last owner");
const inProgress = problem(409, "Request in progress");

const TIME = v.nullable(v.string());

/** An account, as `portico.describe()` has it. */
export const Person = v.object({
  id: v.string(),
  email: v.nullable(v.string()),
  phone: v.nullable(v.string()),
  role: v.nullable(v.string()),
  state: v.string(),
  providers: v.array(v.string()),
  createdAt: TIME,
  updatedAt: TIME,
  invitedAt: TIME,
  emailConfirmedAt: TIME,
  phoneConfirmedAt: TIME,
  lastSignInAt: TIME,
  bannedUntil: TIME,
  deletedAt: TIME,
  userMetadata: v.record(v.string(), v.unknown()),
  appMetadata: v.record(v.string(), v.unknown()),
});

export type Person = v.InferOutput<typeof Person>;

/** What is refused before anything has been done. */
export const Refusal = v.object({
  outcome: v.picklist([
    ...["not live", "role changed", "unknown user", "self"] as const,
    ...["unknown heir", "second factor needed"] as const,
    ...["out of reach", "last one", "taken", "limited"] as const,
    ...["key reused", "in progress", "unknown job"] as const,
  ]),
  left: v.optional(LeftAnswer),
});

/** The problem that it is for who has asked. */
export function refusalOf(
  { outcome, left }: v.InferOutput<typeof Refusal>,
  limit: RateLimit,
): Problem {
  const made: Record<typeof outcome, () => Problem> = {
    "not live": notLive,
    "role changed": () =>
      roleChanged("Your role is not the one in your token: sign in again"),
    "unknown user": () => userNotFound("There is no such user"),
    "unknown heir": () => heirNotFound("There is nobody to hand it to"),
    "second factor needed": withoutSecondFactor,
    "self": () => ownAccount("Nobody may do this to their own account"),
    "out of reach": () => outOfReach("Your role may not do this to theirs"),
    "last one": () => lastOwner("Somebody must have the highest role"),
    "taken": () => accountExists("There is an account with this address"),
    "limited": () => limited(limit, left ?? { remaining: 0, resetS: 1 }),
    "unknown job": () => jobNotFound("There is no such job"),
    "key reused": reused,
    "in progress": () =>
      inProgress("A request with this key has not come to its end"),
  };
  return made[outcome]();
}
