/**
 * Who administers: a person with a role, or another server with a secret key.
 *
 * @module
 */
import { secret, user } from "../_shared/auth.ts";
import { type Auth, either } from "../_shared/caller.ts";
import { admit } from "../_shared/who.ts";
import { KEYS } from "./policy.ts";
import { isRole, type Role, ROLES } from "./rules.ts";

/** Somebody who may do something, by what their credential says. */
export type Actor = Person | Server;

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
