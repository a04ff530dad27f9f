/**
 * What it means to say who is calling. The kinds that need a library are in
 * `auth.ts`, so that a function open to everyone does not load it.
 *
 * @module
 */
import type { Config } from "./config.ts";
import { type Problem, problem } from "./problem.ts";

const unauthenticatedCaller = problem(401, "Unauthenticated");

const accountNotActive = problem(403, "Account not active");

/** A request nobody has vouched for yet. Its bytes are read, and bounded. */
export interface Message {
  readonly request: Request;
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * Says who is calling: `undefined` if the request carries no credential of this
 * kind, a {@linkcode Problem} if it carries a wrong one. A wrong credential is
 * never "nobody", so that no caller is taken for another by being tried again.
 */
export type Auth<Caller> = (
  message: Message,
  config: Config,
) => Caller | undefined | Promise<Caller | undefined>;

/**
 * The token of an `Authorization: Bearer` header; the scheme in any case. Two
 * headers, a tab or anything behind the token make it none.
 */
export function bearerOf(request: Request): string | undefined {
  const header = request.headers.get("authorization");
  return header?.match(/^Bearer +([\w.~+/=-]+)$/i)?.[1];
}

/** Lets everyone in. The input schema is then the only gate. */
export function anyone(): null {
  return null;
}

/** Takes whichever credential is there, in the order given. */
export function either<A, B>(one: Auth<A>, other: Auth<B>): Auth<A | B> {
  return async (message, config) =>
    await one(message, config) ?? await other(message, config);
}

/** For a caller whose token is valid, and who has been turned away since. */
export function notLive(): Problem {
  return accountNotActive("The account or its session has ended");
}

/** All 401s of tokens and keys look alike: the details help only an attacker. */
export function unauthenticated(): Problem {
  return unauthenticatedCaller("This needs a valid credential");
}
