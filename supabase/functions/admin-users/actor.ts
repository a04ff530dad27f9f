/**
 * Who administers: a person with a role, or another server with a secret key.
 *
 * @module
 */
import { secret, user } from "../_shared/auth.ts";
import { type Auth, either, type Message } from "../_shared/caller.ts";
import type { Config } from "../_shared/config.ts";
import { admit } from "../_shared/who.ts";
import { KEYS } from "./policy.ts";
import { isRole, type Role, ROLES } from "./rules.ts";

/** Somebody who may do something, by what their credential says. */
export type Actor = Person | Server | Self;

interface Person {
  readonly kind: "person";
  readonly id: string;
  readonly sessionId: string;
  readonly role: Role;
  readonly hasSecondFactor: boolean;
}

interface Server {
  readonly kind: "server";
  /** The name of its key. */
  readonly key: string;
  readonly role: Role;
}

/** Anybody, about their own account. */
export interface Self {
  readonly kind: "self";
  readonly id: string;
  readonly sessionId: string;
  /** Gives no right here. */
  readonly role: "";
  /** What their token says, whether it means something here or not. */
  readonly ownRole: string | null;
  readonly hasSecondFactor: boolean;
}

/** Requires somebody who has signed in, for what is about themselves. */
export async function self(
  message: Message,
  config: Config,
): Promise<Self | undefined> {
  const caller = await user(message, config);
  if (caller === undefined) return undefined;
  const { id, sessionId, appRole = null, aal } = caller;
  const hasSecondFactor = aal === "aal2";
  const rest = { id, sessionId, ownRole: appRole, hasSecondFactor };
  return { kind: "self", role: "", ...rest };
}

/** @throws {Problem} "Forbidden" for people without a role: all the same one. */
const person: Auth<Person> = async (message, config) => {
  const caller = await user(message, config);
  if (caller === undefined) return undefined;
  admit({ roles: ROLES, anonymous: false, aal2: false }, caller);
  const { id, sessionId, appRole, aal } = caller;
  if (!isRole(appRole)) return undefined; // which admit() has seen to
  const hasSecondFactor = aal === "aal2";
  return { kind: "person", id, sessionId, role: appRole, hasSecondFactor };
};

const withKey = secret(...Object.keys(KEYS));

const server: Auth<Server> = async (message, config) => {
  const service = await withKey(message, config);
  const role = service && KEYS[service.name];
  return role && { kind: "server", key: service.name, role };
};

/** Requires one of them. */
export const actor: Auth<Actor> = either<Person, Server>(person, server);
