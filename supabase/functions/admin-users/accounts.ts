/**
 * Accounts, as Supabase Auth keeps them.
 *
 * @module
 */
import type {
  AdminUserAttributes,
  GenerateLinkParams,
  SupabaseClient,
  User,
} from "@supabase/supabase-js";
import { authUnavailable, taken } from "./auth_answer.ts";
import type { For } from "./input.ts";

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

/** What a link is for: an address, and what its holder gets. */
export type LinkWish =
  & { readonly email: string; readonly redirectTo?: string | undefined }
  & (
    | { readonly type: "magiclink" | "recovery" }
    | {
      readonly type: "email_change_current" | "email_change_new";
      readonly newEmail: string;
    }
    | { readonly type: "invite" }
    | { readonly type: "signup"; readonly password: string }
  );

/** The port. All of it throws as `taken()` does. */
export interface Accounts {
  create(id: string, attributes: Attributes): Promise<void>;
  /** @returns the id. */
  invite(input: For<"invite">): Promise<string>;
  change(id: string, attributes: Attributes): Promise<void>;
  unban(id: string): Promise<void>;
  remove(id: string, mode: For<"delete">["mode"]): Promise<void>;
  /** @returns whose account the link is to, beside it. */
  link(wish: LinkWish): Promise<{ readonly id: string; readonly link: Link }>;
  removeFactor(id: string, factorId: string): Promise<void>;
  passkeys(id: string): Promise<readonly unknown[]>;
  removePasskey(id: string, passkeyId: string): Promise<void>;
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
      return idOf(user);
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

    async link(wish) {
      const { properties, user } = await taken(
        admin.generateLink(paramsOf(wish)),
      );
      const link = {
        url: properties.action_link,
        otp: properties.email_otp,
        hashedToken: properties.hashed_token,
        type: properties.verification_type,
        redirectTo: properties.redirect_to,
      };
      return { id: idOf(user), link };
    },

    async removeFactor(userId, id) {
      await taken(admin.mfa.deleteFactor({ userId, id }));
    },

    async passkeys(userId) {
      return await taken(admin.passkey.listPasskeys({ userId })) ?? [];
    },

    async removePasskey(userId, passkeyId) {
      await taken(admin.passkey.deletePasskey({ userId, passkeyId }));
    },
  };
}

/** Whatever has answered might not be Auth. */
function idOf(user: Partial<User> | null | undefined): string {
  const id = user?.id;
  if (typeof id === "string" && UUID.test(id)) return id;
  throw authUnavailable("Auth has told no account");
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** All that it has is sent. */
function paramsOf(wish: LinkWish): GenerateLinkParams {
  const { email, redirectTo } = wish;
  const options = redirectTo === undefined ? {} : { redirectTo };
  switch (wish.type) {
    case "magiclink":
    case "recovery":
    case "invite":
      return { type: wish.type, email, options };
    case "signup":
      return { type: wish.type, email, password: wish.password, options };
    default:
      return { type: wish.type, email, newEmail: wish.newEmail, options };
  }
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
