/**
 * Which of the signed-in people may do something, as a policy has it. No I/O.
 *
 * @module
 */
import type { User } from "./claims.ts";
import { type Problem, problem } from "./problem.ts";

/** For who may not do this at all. */
export const forbidden = problem(403, "Forbidden");

const secondFactorNeeded = problem(403, "Second factor needed");

/** Who may. */
export interface Who {
  /** Values of `app_metadata.role`, one of which is needed. Anybody's without. */
  readonly roles?: readonly string[];
  /** Whether people may who have signed in anonymously. */
  readonly anonymous: boolean;
  /** Whether a second factor is needed. */
  readonly aal2: boolean;
}

/**
 * Lets `caller` pass if `who` names them.
 *
 * @throws {Problem} "Forbidden" or "Second factor needed".
 *
 * @example Somebody who has no account yet
 * ```ts
 * import { throws } from "node:assert/strict";
 * import { userOf } from "./claims.ts";
 * import { admit } from "./who.ts";
 *
 * const id = "7f3c0b1e-0000-4000-8000-000000000001";
 * const caller = userOf({
 *   ...{ sub: id, session_id: id, exp: 2_000_000_000 },
 *   ...{ aud: "authenticated", role: "authenticated", is_anonymous: true },
 * });
 * const who = { anonymous: false, aal2: false };
 * throws(() => caller && admit(who, caller), { title: "Forbidden" });
 * ```
 */
export function admit({ roles, anonymous, aal2 }: Who, caller: User): void {
  if (!anonymous && caller.isAnonymous) {
    throw forbidden("This needs an account: sign up first");
  }
  if (roles !== undefined && !roles.includes(caller.appRole ?? "")) {
    throw forbidden(`This needs the role ${roles.join(" or ")}`);
  }
  if (aal2 && caller.aal !== "aal2") throw withoutSecondFactor();
}

/** For who may, and has not shown a second factor. */
export function withoutSecondFactor(): Problem {
  return secondFactorNeeded("This needs a session with a second factor");
}
