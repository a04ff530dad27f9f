/**
 * Sends mails: each has a fresh token, and its own rule about how often.
 * Nothing is posted here. The mails are returned, so that they go out only when
 * the transaction that made their tokens has been committed.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { type Actor, record, whom } from "./audit.ts";
import type { Call } from "./call.ts";
import { refusal } from "./errors.ts";
import { type Challenge, startFlow } from "./flows.ts";
import { type Mail, type MailKind, writeMail } from "./mails.ts";
import { giveToken, type TokenType } from "./one_time_tokens.ts";
import { redirectOf } from "./redirects.ts";
import type { User } from "./users.ts";

const overEmailSendRateLimit = refusal(429, "over_email_send_rate_limit");

/** What every mail needs to be written. */
export interface Occasion {
  readonly sql: Sql;
  readonly call: Call;
  readonly user: User;
  /** Of the browser that asked, if it wants to prove that it did. */
  readonly challenge?: Challenge | undefined;
}

/** What a request has led to. */
export interface Posted<Answer> {
  readonly answer: Answer;
  readonly mails: readonly Mail[];
}

/**
 * Runs `work` in one transaction, and posts its mails once that is committed.
 */
export async function posting<Answer>(
  { stack }: Call,
  work: (sql: Sql) => Promise<Posted<Answer>>,
): Promise<Answer> {
  const { answer, mails } = await stack.database.asOwner(work);
  for (const mail of mails) stack.post(mail);
  return answer;
}

/** To somebody who has signed up and has to confirm it. */
export async function sendConfirmation(it: Occasion): Promise<Mail[]> {
  requirePause(it, it.user.confirmationSentAt);
  await record(it.sql, it.user, {
    action: "user_confirmation_requested",
    traits: { provider: "email" },
  });
  await beginFlow(it, "email/signup");
  return [await write(it, "signup", "confirmation_token")];
}

/** To somebody whom the service has asked in, as often as it likes. */
export async function sendInvite(
  it: Occasion,
  admin: Actor,
): Promise<Mail[]> {
  await recordInvite(it.sql, admin, it.user);
  await it.sql.query(
    "update auth.users set invited_at = now() where id = $1",
    [it.user.id],
  );
  return [await write(it, "invite", "confirmation_token")];
}

/** Says who has asked whom in. */
export async function recordInvite(
  sql: Sql,
  admin: Actor,
  user: User,
): Promise<void> {
  const { user_phone: _phone, ...traits } = whom(user);
  await record(sql, admin, { action: "user_invited", traits });
}

/** To somebody who has forgotten their password. */
export async function sendRecovery(it: Occasion): Promise<Mail[]> {
  requirePause(it, it.user.recoverySentAt);
  await record(it.sql, it.user, { action: "user_recovery_requested" });
  await beginFlow(it, "recovery");
  return [await write(it, "recovery", "recovery_token")];
}

/** To somebody who signs in without a password. */
export async function sendMagicLink(it: Occasion): Promise<Mail[]> {
  requirePause(it, it.user.recoverySentAt);
  await record(it.sql, it.user, { action: "user_recovery_requested" });
  await beginFlow(it, "magiclink");
  return [await write(it, "magiclink", "recovery_token")];
}

/** To the new address, and to the old one when both have to agree. */
export async function sendEmailChange(
  it: Occasion,
  newEmail: string,
): Promise<Mail[]> {
  const { sql, call, user } = it;
  requirePause(it, user.emailChangeSentAt);
  await beginFlow(it, "email_change");
  await sql.query(
    `update auth.users set email_change = $2, email_change_confirm_status = 0
       where id = $1`,
    [user.id, newEmail],
  );
  const mails = [
    await write(it, "email_change", "email_change_token_new", newEmail),
  ];
  if (user.email !== null && call.stack.settings.doubleConfirmChanges) {
    mails.push(await write(it, "email_change", "email_change_token_current"));
  }
  return mails;
}

/** To somebody who has to say once more that it is them. There is no link. */
export async function sendReauthentication(it: Occasion): Promise<Mail[]> {
  requirePause(it, it.user.reauthenticationSentAt);
  await record(it.sql, it.user, { action: "user_reauthenticate_requested" });
  const mail = await write(it, "reauthentication", "reauthentication_token");
  return [{ ...mail, link: null }];
}

function requirePause({ call }: Occasion, sentAt: Date | null): void {
  if (sentAt === null) return;
  const { maxFrequencyMs } = call.stack.settings;
  const leftMs = sentAt.getTime() + maxFrequencyMs - Date.now();
  if (leftMs <= 0) return;
  throw overEmailSendRateLimit(
    "For security purposes, you can only request this after " +
      `${Math.ceil(leftMs / 1000)} seconds.`,
  );
}

async function beginFlow(it: Occasion, method: string): Promise<void> {
  const { sql, user, challenge } = it;
  if (challenge) await startFlow(sql, user.id, { method, challenge });
}

async function write(
  { sql, call, user, challenge }: Occasion,
  kind: MailKind,
  type: TokenType,
  to = user.email ?? "",
): Promise<Mail> {
  const { code, hash } = await giveToken(sql, {
    userId: user.id,
    type,
    address: to,
    isPkce: challenge !== undefined,
  });
  const { request, stack } = call;
  const redirectTo = redirectOf(request, stack.settings);
  const link = linkOf(stack.url, { hash, type: kind, redirectTo });
  return writeMail({ to, kind, link, code });
}

/** What a link says when it is followed. */
interface LinkParts {
  readonly hash: string;
  /** Of verification: "invite". */
  readonly type: string;
  readonly redirectTo: string;
}

/** The link that uses a token up and leads to the page. */
export function linkOf(url: string, parts: LinkParts): string {
  const { hash, type, redirectTo } = parts;
  // As the server writes them: a plain page stays readable.
  const page = /[&=#+%]|[^!-~]/.test(redirectTo)
    ? encodeURIComponent(redirectTo)
    : redirectTo;
  return `${url}/auth/v1/verify?token=${hash}&type=${type}&redirect_to=${page}`;
}
