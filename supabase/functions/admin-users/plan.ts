/**
 * From what is asked for to what is written down and done. No I/O.
 *
 * @module
 */
import { forbidden, withoutSecondFactor } from "../_shared/who.ts";
import type { Actor } from "./actor.ts";
import type { For, Input } from "./input.ts";
import {
  NEEDS_AAL2,
  type Permission,
  reached,
  reaches,
  type Role,
  TOP,
} from "./rules.ts";

/** What changes an account. */
export type Change = Exclude<
  Input,
  | { action: "list" | "get" | "audit" | "factors" | "export" | "bulk" | "job" }
  | { action: `oauthClients.${string}` }
>;

/** What to look for, to tell whether an act was done: `portico.has_come()`. */
export interface Effect {
  readonly user?: "there" | "gone" | "deleted";
  readonly banned?: boolean;
  /** RFC 3339: not to be earlier. */
  readonly bannedUntil?: string;
  readonly role?: Role | null;
  readonly email?: string;
  readonly phone?: string;
  /** The id of one that should be gone. */
  readonly factor?: string;
  /** Of what is no account, and nobody looks for. */
  readonly isElsewhere?: boolean;
  /** Who gets what the target has in Storage. */
  readonly heir?: string;
  /** False if there is more to it than can be seen. */
  readonly isSeen: boolean;
}

/** An act, before anybody has allowed it. */
export interface Plan {
  readonly action: Input["action"] | "erase";
  readonly needed: readonly Permission[];
  /** Of somebody new, the id that they will have; absent if Auth chooses it. */
  readonly target: string | undefined;
  /** Whether the target is an account that there is. */
  readonly isAccount: boolean;
  /** The role that the target gets. */
  readonly becomes: Role | null | undefined;
  /** Names of what is changed. */
  readonly fields: readonly string[];
  readonly reason: string | undefined;
  /** What the target gets, and nobody else may have. */
  readonly email: string | undefined;
  readonly phone: string | undefined;
  /** Whether the target may not have its role, or may not act, afterwards. */
  readonly endsRole: boolean;
  /** Whether the target's sessions end with it. */
  readonly signsOut: boolean;
  /** Whether the target is told: somebody else gets into their account. */
  readonly notifies: boolean;
  readonly effect: Effect;
}

/** What most plans are. */
const PLAIN = {
  isAccount: true,
  becomes: undefined,
  email: undefined,
  phone: undefined,
  fields: [],
  endsRole: false,
  signsOut: false,
  notifies: false,
} as const;

/** Of what somebody has shown beside their password. */
const LOSS = {
  needed: ["takeOver"],
  signsOut: true,
  notifies: true,
} as const;

/** A plan for what is about no account. */
export function planElsewhere(
  input: Exclude<Input, Change> & { readonly reason?: string | undefined },
  needed: Permission,
): Plan {
  return {
    ...PLAIN,
    action: input.action,
    needed: [needed],
    target: "id" in input ? input.id : undefined,
    reason: input.reason,
    isAccount: false,
    fields: fieldsOf(input),
    effect: { isElsewhere: true, isSeen: false },
  };
}

/** A plan for somebody to go, at their own wish. */
export function planErasure(id: string): Plan {
  return {
    ...PLAIN,
    action: "erase",
    needed: [],
    target: id,
    reason: undefined,
    endsRole: true,
    signsOut: true,
    effect: { user: "gone", isSeen: true },
  };
}

/** @param id For somebody new. */
export function planOf(input: Change, id: string): Plan {
  const base = {
    ...PLAIN,
    action: input.action,
    target: "id" in input ? input.id : undefined,
    reason: input.reason,
  };
  switch (input.action) {
    case "create": {
      const { email, phone, role } = input;
      const needed: Permission[] = [
        "create",
        ...(role ? ["grant" as const] : []),
      ];
      const effect: Effect = { user: "there", isSeen: true };
      const whom = {
        target: id,
        isAccount: false,
        email,
        phone,
        becomes: role,
      };
      return { ...base, ...whom, needed, effect, fields: fieldsOf(input) };
    }
    case "invite": {
      const { email } = input;
      const whom = { isAccount: false, email, fields: fieldsOf(input) };
      return {
        ...base,
        ...whom,
        needed: ["create"],
        effect: { email, isSeen: true },
      };
    }
    case "update":
      return { ...base, ...updateOf(input) };
    case "ban":
      return {
        ...base,
        ...{ needed: ["ban"], fields: ["banned"] },
        ...{ endsRole: true, signsOut: true },
        effect: { ...banOf(input.days), isSeen: true },
      };
    case "unban": {
      const effect = { banned: false, isSeen: true };
      return { ...base, needed: ["ban"], fields: ["banned"], effect };
    }
    case "signOut": {
      const effect: Effect = { user: "there", isSeen: true };
      return { ...base, needed: ["signOut"], signsOut: true, effect };
    }
    case "delete": {
      const user = input.mode === "soft" ? "deleted" : "gone";
      const { objects } = input;
      const heir = typeof objects === "object" ? { heir: objects.to } : {};
      const effect: Effect = { user, isSeen: true, ...heir };
      const ends = { endsRole: true, signsOut: true };
      return { ...base, ...ends, needed: ["delete"], fields: [user], effect };
    }
    case "link": {
      const { type } = input;
      if (!("id" in input)) {
        const { email } = input;
        const effect: Effect = { email, isSeen: false };
        const whom = { isAccount: false, email, fields: [type] };
        return { ...base, ...whom, needed: ["create"], effect };
      }
      const effect: Effect = { user: "there", isSeen: false };
      const how = { needed: ["takeOver"], notifies: true } as const;
      return { ...base, ...how, fields: [type], effect };
    }
    case "deleteFactor": {
      const effect = { factor: input.factorId, isSeen: true };
      return { ...base, ...LOSS, fields: ["factor"], effect };
    }
    case "deletePasskey": {
      const effect = { isSeen: false };
      return { ...base, ...LOSS, fields: ["passkey"], effect };
    }
  }
}

/** What gives away the account to who has it. */
const KEYS_TO_IT = ["email", "phone", "password"] as const;

/** What nobody sees from outside to have been done. */
const UNSEEN = [
  ...["password", "userMetadata", "emailConfirmed", "phoneConfirmed"],
];

function updateOf(input: For<"update">) {
  const { role, email, phone, banDays } = input;
  const fields = fieldsOf(input);
  const givesAway = KEYS_TO_IT.some((it) => input[it] !== undefined);
  const isBan = banDays !== undefined;
  const rights: (readonly [Permission, boolean])[] = [
    ["takeOver", givesAway],
    ["grant", role !== undefined],
    ["ban", isBan],
  ];
  const needed = rights.flatMap(([it, isNeeded]) => isNeeded ? [it] : []);
  return {
    fields,
    email,
    phone,
    needed: needed.length > 0 ? needed : ["edit" as const],
    becomes: role,
    endsRole: isBan || (role !== undefined && role !== TOP),
    signsOut: isBan || givesAway,
    notifies: givesAway,
    effect: {
      ...role === undefined ? {} : { role },
      ...email === undefined ? {} : { email },
      ...phone === undefined ? {} : { phone },
      ...isBan ? banOf(banDays) : {},
      isSeen: !fields.some((it) => UNSEEN.includes(it)),
    },
  };
}

/** What to see of a ban: Auth counts its days from a moment later. */
function banOf(days: number): Pick<Effect, "banned" | "bannedUntil"> {
  const until = new Date(Date.now() + days * DAY_MS - MARGIN_MS);
  return { banned: true, bannedUntil: until.toISOString() };
}

const DAY_MS = 86_400_000;

/** Clocks differ a little. */
const MARGIN_MS = 60_000;

/** Names of what an input says beside whom it is about and why, sorted. */
export function fieldsOf(input: Input): string[] {
  const others = ["action", "id", "reason", "redirectTo"];
  return Object.entries(input)
    .filter(([name, value]) => value !== undefined && !others.includes(name))
    .map(([name]) => name)
    .sort();
}

/**
 * Lets `actor` pass if there is anybody whom they may do all of `needed` to, and
 * if they may give the role that the target gets. To whom, the database says: it
 * knows what the other one is by now.
 *
 * @throws {Problem} "Forbidden" or "Second factor needed".
 */
export function permit(
  actor: Actor,
  { needed, becomes }: Pick<Plan, "needed"> & Partial<Pick<Plan, "becomes">>,
): void {
  const { role } = actor;
  if (reached(role, needed).length === 0) {
    throw forbidden(`The role ${role} may not do this`, { needed });
  }
  const isTooHigh = becomes !== undefined &&
    needed.includes("grant") && !reaches(role, "grant", becomes ?? "");
  if (isTooHigh) throw forbidden(`The role ${role} may not give this role`);
  const isLacking = actor.kind === "person" && !actor.hasSecondFactor;
  if (isLacking && needed.some((it) => NEEDS_AAL2.includes(it))) {
    throw withoutSecondFactor();
  }
}
