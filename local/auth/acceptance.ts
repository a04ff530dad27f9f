/**
 * Uses up a token that somebody shows, whether by a link or by a code.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { bcryptCostOf, type Call } from "./call.ts";
import {
  agreeToChange,
  confirmSignUp,
  recover,
  withProviders,
} from "./confirmations.ts";
import { refusal, validationFailed } from "./errors.ts";
import {
  findToken,
  type FoundToken,
  type TokenType,
} from "./one_time_tokens.ts";
import { findUser, type User } from "./users.ts";

const otpExpired = refusal(403, "otp_expired");
const userBanned = refusal(403, "user_banned");

const CONFIRMATION: TokenType[] = ["confirmation_token"];
const RECOVERY: TokenType[] = ["recovery_token"];

/** Which tokens each type of verification takes. */
const TOKENS: Readonly<Record<string, readonly TokenType[]>> = {
  signup: CONFIRMATION,
  invite: CONFIRMATION,
  recovery: RECOVERY,
  magiclink: RECOVERY,
  email: [...CONFIRMATION, ...RECOVERY],
  "email_change": ["email_change_token_current", "email_change_token_new"],
};

/** What was shown, and what is said when it is worth nothing. */
export interface Shown {
  readonly type: string;
  readonly hashes: readonly string[];
  /** Whom the code was sent to, when it was typed. */
  readonly address?: string;
  readonly worthless: string;
}

/**
 * Uses a token up. Returns the person, unless another address has to agree
 * first.
 *
 * @throws {Refusal} `otp_expired` for a token that is unknown, used or old.
 */
export async function accept(
  sql: Sql,
  call: Call,
  { type, hashes, address, worthless }: Shown,
): Promise<User | undefined> {
  const { settings } = call.stack;
  const types = Object.hasOwn(TOKENS, type) ? TOKENS[type] : undefined;
  if (types === undefined) {
    throw validationFailed("Invalid email verification type");
  }
  const token = await findToken(sql, hashes, types, settings.otpExpiryS);
  const user = token && await findUser(sql, token.userId);
  if (token === undefined || user === undefined) throw otpExpired(worthless);
  if (user.isBanned) throw userBanned("User is banned");
  const isTheirs = address === undefined || address === user.email ||
    address === user.emailChange;
  if (token.isExpired || !isTheirs) throw otpExpired(worthless);
  if (!await apply(sql, call, { user, token })) return undefined;
  return await withProviders(sql, user);
}

async function apply(
  sql: Sql,
  { stack }: Call,
  of: { readonly user: User; readonly token: FoundToken },
): Promise<boolean> {
  switch (of.token.type) {
    case "confirmation_token":
      await confirmSignUp(sql, of.user, bcryptCostOf(stack));
      return true;
    case "recovery_token":
      await recover(sql, of.user);
      return true;
    default:
      return await agreeToChange(sql, of, stack.settings);
  }
}
