/**
 * Roles, and what each may do to whom. This table is yours to edit; the README's
 * is made of it. No I/O.
 *
 * @module
 */

/** Values of `app_metadata.role`, the least first. Somebody has the last one always. */
export const ROLES = ["support", "admin", "owner"] as const;

export type Role = typeof ROLES[number];

/** The role that somebody has at any time. */
export const TOP: Role = "owner";

/**
 * Whose accounts: of people without a role; and also of those with a lower role
 * than one's own; or everyone's.
 */
export type Reach = "people" | "below" | "everyone";

type Row = Readonly<Partial<Record<Role, Reach>>>;

/** For what gives away an account: nobody may become who they are not below. */
type Lower = Readonly<Partial<Record<Role, Exclude<Reach, "everyone">>>>;

/** What may be done. Who is not named may not. */
export const RULES = {
  /** See accounts, and what belongs to them. */
  read: { support: "everyone", admin: "everyone", owner: "everyone" },
  /** Take all of them along, as a file. */
  export: { admin: "everyone", owner: "everyone" },
  /** See the audit trail. */
  audit: { admin: "everyone", owner: "everyone" },
  /** Make accounts and invite people; `grant` is about their role. */
  create: { support: "people", admin: "people", owner: "people" },
  /** Change `userMetadata`, and whether an address is confirmed. */
  edit: { support: "people", admin: "below", owner: "everyone" },
  /** Give and take roles: the one before, and the one after. */
  grant: { admin: "below", owner: "everyone" },
  /** Ban, which signs out as well, and lift a ban. */
  ban: { support: "people", admin: "below", owner: "everyone" },
  signOut: { support: "people", admin: "below", owner: "everyone" },
  delete: { admin: "below", owner: "everyone" },
  /** Password, e-mail, phone, factors and links: whoever has these is them. */
  takeOver: { admin: "below", owner: "below" },
  /** See and change the clients of the OAuth server, which ask people in. */
  clients: { owner: "everyone" },
} as const satisfies
  & Readonly<Record<string, Row>>
  & { readonly takeOver: Lower };

export type Permission = keyof typeof RULES;

/** What nobody may do to themselves, so that nobody locks themselves out. */
export const NOT_ONESELF: readonly Permission[] = ["grant", "ban", "delete"];

/** What needs a second factor. A secret key has none, and needs none. */
export const NEEDS_AAL2: readonly Permission[] = [
  ...["grant", "ban", "delete", "takeOver", "clients"] as const,
];

/** Whom `role` may do all of `needed` to: roles, and "" for people without one. */
export function reached(
  role: Role | "",
  needed: readonly Permission[],
): readonly (Role | "")[] {
  const all: readonly (Role | "")[] = ["", ...ROLES];
  return all.filter((target) =>
    needed.every((it) => reaches(role, it, target))
  );
}

/**
 * Whether `role` may do something to who has the role `target`.
 *
 * @example An admin bans people and support, and no other admin
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { reached } from "./rules.ts";
 *
 * deepEqual(reached("admin", ["ban"]), ["", "support"]);
 * deepEqual(reached("support", ["delete"]), []);
 * ```
 */
export function reaches(
  role: Role | "",
  permission: Permission,
  target: Role | "",
): boolean {
  const row: Row = RULES[permission];
  switch (role === "" ? undefined : row[role]) {
    case "everyone":
      return true;
    case "below":
      return rankOf(target) < rankOf(role);
    case "people":
      return target === "";
    default:
      return false;
  }
}

/** 0 without a role. */
function rankOf(role: Role | ""): number {
  return role === "" ? 0 : ROLES.indexOf(role) + 1;
}

export function isRole(value: string | undefined): value is Role {
  return ROLES.some((it) => it === value);
}
