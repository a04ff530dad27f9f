/**
 * Accounts, as Supabase Auth keeps them.
 *
 * @module
 */
import {
  type AdminUserAttributes,
  type AuthError,
  isAuthApiError,
  isAuthWeakPasswordError,
  type SupabaseClient,
} from "@supabase/supabase-js";
import { type Problem, problem } from "../_shared/problem.ts";
import { accountExists, userNotFound } from "./answers.ts";
import type { For } from "./input.ts";

const passwordTooWeak = problem(422, "Password too weak");
const notAccepted = problem(422, "Account not accepted");
const factorNotFound = problem(404, "Factor not found");
const tooManyMails = problem(429, "Too many mails");
const authUnavailable = problem(502, "Auth unavailable");

/** What an account is to have. What is absent stays as it is. */
export type Attributes = Pick<
  For<"create">,
  | "email"
  | "phone"
  | "password"
  | "passwordHash"
  | "emailConfirmed"
  | "phoneConfirmed"
  | "role"
  | "userMetadata"
  | "banDays"
>;

/** A link that signs its holder in. */
export interface Link {
  readonly url: string;
  /** The same as a code, which people type. */
  readonly otp: string;
  readonly hashedToken: string;
  readonly type: string;
  readonly redirectTo: string;
}

/** What a link is for, and to whom. */
export type LinkWish = Pick<For<"link">, "type" | "newEmail" | "redirectTo"> & {
  readonly email: string;
};

/**
 * The port. All of it throws "Account exists", "Password too weak", "Account not
 * accepted", "User not found", "Factor not found" or "Too many mails" for what
 * Auth has refused, and "Auth unavailable" where nobody can tell what it did.
 */
export interface Accounts {
  create(id: string, attributes: Attributes): Promise<void>;
  /** @returns the id. */
  invite(input: For<"invite">): Promise<string>;
  change(id: string, attributes: Attributes): Promise<void>;
  unban(id: string): Promise<void>;
  remove(id: string, mode: For<"delete">["mode"]): Promise<void>;
  link(wish: LinkWish): Promise<Link>;
  removeFactor(id: string, factorId: string): Promise<void>;
}

/** @param service Auth lets nobody else administer. */
export function supabaseAccounts({ auth }: SupabaseClient): Accounts {
  const { admin } = auth;
  return {
    async create(id, attributes) {
      await taken(admin.createUser({ id, ...attributesOf(attributes) }));
    },

    async invite({ email, userMetadata, redirectTo }) {
      const options = {
        ...userMetadata && { data: userMetadata },
        ...redirectTo !== undefined && { redirectTo },
      };
      const { user } = await taken(admin.inviteUserByEmail(email, options));
      return user.id;
    },

    async change(id, attributes) {
      await taken(admin.updateUserById(id, attributesOf(attributes)));
    },

    async unban(id) {
      await taken(admin.updateUserById(id, { ban_duration: "none" }));
    },

    async remove(id, mode) {
      await taken(admin.deleteUser(id, mode === "soft"));
    },

    async link({ type, email, newEmail = "", redirectTo }) {
      const options = redirectTo === undefined ? {} : { redirectTo };
      const { properties } = await taken(
        type === "magiclink" || type === "recovery"
          ? admin.generateLink({ type, email, options })
          : admin.generateLink({ type, email, newEmail, options }),
      );
      return {
        url: properties.action_link,
        otp: properties.email_otp,
        hashedToken: properties.hashed_token,
        type: properties.verification_type,
        redirectTo: properties.redirect_to,
      };
    },

    async removeFactor(userId, id) {
      await taken(admin.mfa.deleteFactor({ userId, id }));
    },
  };
}

function attributesOf(it: Attributes): AdminUserAttributes {
  return {
    ...it.email !== undefined && { email: it.email },
    ...it.phone !== undefined && { phone: it.phone },
    ...it.password !== undefined && { password: it.password },
    ...it.passwordHash !== undefined && { password_hash: it.passwordHash },
    ...it.emailConfirmed && { email_confirm: true },
    ...it.phoneConfirmed && { phone_confirm: true },
    ...it.userMetadata && { user_metadata: it.userMetadata },
    // Auth merges it, and takes null for what is to go.
    ...it.role !== undefined && { app_metadata: { role: it.role } },
    // Go has no unit for days.
    ...it.banDays !== undefined && { ban_duration: `${it.banDays * 24}h` },
  };
}

/** What Auth answers, unless it refuses. */
async function taken<Data>(
  asked: Promise<
    | { readonly data: Data; readonly error: null }
    | { readonly data: unknown; readonly error: AuthError }
  >,
): Promise<Data> {
  const answer = await asked;
  if (answer.error === null) return answer.data;
  throw refusalOf(answer.error);
}

function refusalOf(error: AuthError): Problem | AuthError {
  const { code, status = 0 } = error;
  const facts = { authCode: code };
  if (isAuthWeakPasswordError(error)) {
    const { reasons } = error;
    return passwordTooWeak("Auth wants a better password", { reasons });
  }
  switch (code) {
    case "email_exists":
    case "phone_exists":
    case "user_already_exists":
    case "conflict":
      return accountExists("There is an account with this address");
    case "user_not_found":
      return userNotFound("There is no such user");
    case "mfa_factor_not_found":
      return factorNotFound("There is no such factor");
    case "over_email_send_rate_limit":
    case "over_request_rate_limit":
      return tooManyMails("Auth sends no more mails at the moment", facts);
  }
  const isRefused = isAuthApiError(error) && status >= 400 && status < 500;
  if (!isRefused) {
    return authUnavailable("Auth has not answered as it should", {}, {
      cause: error,
    });
  }
  // A key of ours that Auth does not know is no fault of who calls.
  if (status === 401 || status === 403) return error;
  return notAccepted("Auth does not take this", facts);
}
