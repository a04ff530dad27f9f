/**
 * What is done to an account, and what is told of it.
 *
 * @module
 */
import { problem } from "../_shared/problem.ts";
import type { Left } from "../_shared/rate_limit.ts";
import type { Call } from "../_shared/route.ts";
import type { Accounts } from "./accounts.ts";
import type { Actor } from "./actor.ts";
import type { Person } from "./answers.ts";
import type { Belongings } from "./belongings.ts";
import type { Ledger } from "./ledger.ts";
import { type Outcome, performOnce } from "./perform.ts";
import { type Change, permit, planOf } from "./plan.ts";
import { NOTIFIES, TOKEN_LIFETIME_S } from "./policy.ts";

const notConfigured = problem(501, "Notices not configured");
const noAddress = problem(409, "No e-mail address");

/** What changes are made with. */
export interface Means {
  readonly accounts: Accounts;
  readonly belongings: Belongings;
  /** Whether there is who sends mails. */
  readonly canNotify: boolean;
}

/** What came of a change. */
export interface Changed {
  /** As it is answered. */
  readonly body: unknown;
  readonly isNew: boolean;
  readonly left: Left;
}

/**
 * Makes a change.
 *
 * @throws {Problem} As `performOnce()` does, "No e-mail address" and "Notices not
 * configured".
 */
export async function change(
  { caller: actor, input, once, requestId }: Omit<
    Call<Actor, Change>,
    "headers" | "meter"
  >,
  { ledger, ...means }: Means & { readonly ledger: Ledger },
): Promise<Changed> {
  const plan = planOf(input, crypto.randomUUID());
  // First: who may not do it need not know what is set up.
  permit(actor, plan);
  if (plan.notifies && NOTIFIES && !means.canNotify) {
    throw notConfigured("Nobody would tell them: see NOTICE_URL");
  }
  const isNew = !plan.isAccount;
  // What is there already is the same after a second time, and no link is kept.
  const isKept = isNew && input.action !== "link";
  const act = { actor, plan, once: isKept ? once : undefined, requestId };
  const done = await performOnce(
    act,
    ledger,
    (person) => carryOut(input, person, { ...means, id: plan.target ?? "" }),
  );
  const { left, person: user } = done;
  if (done.outcome === "repeated") return { body: { user }, isNew, left };
  const ended = plan.signsOut ? endedOf(done.sessions) : {};
  const handed = plan.effect.heir ? { objectsHanded: done.handed } : {};
  return { body: { user, ...ended, ...handed, ...done.told }, isNew, left };
}

/** Sessions are over at once, and what they have given out lives on. */
function endedOf(sessions: number) {
  const end = new Date(Date.now() + TOKEN_LIFETIME_S * 1000);
  return { sessionsEnded: sessions, tokensEndBy: end.toISOString() };
}

type Told = Readonly<Record<string, unknown>>;

async function carryOut(
  input: Change,
  person: Person | null,
  { id, accounts, belongings }: Means & { readonly id: string },
): Promise<Outcome<Told>> {
  switch (input.action) {
    case "create":
      await accounts.create(id, input);
      return { told: {} };
    case "invite":
      return { told: {}, target: await accounts.invite(input) };
    case "update":
      await accounts.change(id, input);
      return { told: {} };
    case "ban":
      await accounts.change(id, { banDays: input.days });
      return { told: {} };
    case "unban":
      await accounts.unban(id);
      return { told: {} };
    case "signOut":
      // Auth has no way to: the ledger does it with the outcome.
      return { told: {} };
    case "delete": {
      const { mode, objects } = input;
      // First: who is cut off in between can ask again.
      const removed = objects === "delete" ? await belongings.remove(id) : 0;
      await accounts.remove(id, mode);
      return { told: { mode, canBeUndone: false, objectsRemoved: removed } };
    }
    case "link": {
      const to = "email" in input ? input.email : person?.email ?? undefined;
      if (to === undefined) throw noAddress("They have no e-mail address");
      const { id: target, link } = await accounts.link({ ...input, email: to });
      return { told: { link }, target };
    }
    case "deleteFactor":
      await accounts.removeFactor(id, input.factorId);
      return { told: {} };
    case "deletePasskey":
      await accounts.removePasskey(id, input.passkeyId);
      return { told: {} };
  }
}
