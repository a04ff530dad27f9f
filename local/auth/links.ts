/**
 * `POST /admin/generate_link`: what a mail would say, for services that send
 * their own.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { type Actor, record } from "./audit.ts";
import { bcryptCostOf, type Call } from "./call.ts";
import { requireAdmin } from "./callers.ts";
import { changeUser } from "./changes.ts";
import { normaliseEmail } from "./emails.ts";
import { refusal, validationFailed, whenSqlFails } from "./errors.ts";
import { METADATA, parse, TEXT } from "./input.ts";
import { giveToken, type TokenType } from "./one_time_tokens.ts";
import { checkPassword, randomPassword } from "./passwords.ts";
import { linkOf, recordInvite } from "./post.ts";
import { isAllowed, redirectOf } from "./redirects.ts";
import { describeUser } from "./user_json.ts";
import {
  createUser,
  findUser,
  findUserByEmail,
  type NewUser,
  requireFree,
  type User,
} from "./users.ts";

const emailExists = refusal(422, "email_exists");
const userNotFound = refusal(404, "user_not_found");

const LINK = v.object({
  type: TEXT,
  email: TEXT,
  "new_email": TEXT,
  password: TEXT,
  data: METADATA,
  "redirect_to": TEXT,
});

type Asked = v.InferOutput<typeof LINK>;

/** Makes the token, and the person whom it lets in if there is none. */
export async function generateLink(call: Call): Promise<Response> {
  const admin = requireAdmin(call);
  const { stack, request } = call;
  const input = parse(LINK, call.body);
  const asked = { ...input, email: normaliseEmail(input.email) };
  const redirectTo = isAllowed(asked.redirect_to, stack.settings)
    ? asked.redirect_to
    : redirectOf(request, stack.settings);

  return await stack.database.asOwner(async (sql) => {
    const known = await findUserByEmail(sql, asked.email);
    const isNew = known === undefined && asked.type === "magiclink";
    // A link that lets somebody new in is one that confirms their address.
    const type = isNew ? "signup" : asked.type;
    const password = isNew ? randomPassword() : asked.password;
    const wanted = { ...asked, type, password, known, admin };
    const made = await prepare(sql, call, wanted);
    const { user, tokenType, address } = made;

    const token = { userId: user.id, type: tokenType, address, isPkce: false };
    const { code, hash } = await giveToken(sql, token);
    const changed = await findUser(sql, user.id) ?? user;
    const followed = type.startsWith("email_change") ? "email_change" : type;
    return Response.json({
      ...await describeUser(sql, changed),
      "action_link": linkOf(stack.url, { hash, type: followed, redirectTo }),
      "email_otp": code,
      "hashed_token": hash,
      "verification_type": type,
      "redirect_to": redirectTo,
    });
  });
}

/** What is asked for, by whom, and of whom. */
interface Wanted extends Asked {
  readonly known: User | undefined;
  readonly admin: Actor;
}

interface Prepared {
  readonly user: User;
  readonly tokenType: TokenType;
  readonly address: string;
}

/** Makes the rows such that a token of the type asked for fits them. */
async function prepare(
  sql: Sql,
  call: Call,
  asked: Wanted,
): Promise<Prepared> {
  const { type, email: address, known } = asked;
  switch (type) {
    case "signup":
    case "invite": {
      const user = await unconfirmed(sql, call, asked);
      return { user, tokenType: "confirmation_token", address };
    }
    case "magiclink":
    case "recovery": {
      const user = required(known);
      await record(sql, user, { action: "user_recovery_requested" });
      return { user, tokenType: "recovery_token", address };
    }
    case "email_change_current":
    case "email_change_new":
      return await prepareChange(sql, call, asked);
    default:
      throw validationFailed(
        `Invalid email action link type requested: ${type}`,
      );
  }
}

function required(known: User | undefined): User {
  if (known !== undefined) return known;
  throw userNotFound("User with this email not found");
}

async function unconfirmed(
  sql: Sql,
  { stack }: Call,
  asked: Wanted,
): Promise<User> {
  const { type, email, known } = asked;
  const cost = bcryptCostOf(stack);
  const data = asked.data ?? {};
  if (known !== undefined && known.emailConfirmedAt !== null) {
    throw emailExists(
      "A user with this email address has already been registered",
    );
  }
  const isInvitation = type === "invite";
  if (known === undefined && !isInvitation) {
    if (asked.password === "") {
      throw validationFailed("Signup requires a valid password");
    }
    checkPassword(asked.password, stack.settings);
  }
  const newcomer: NewUser = { email, confirmed: false, userMetadata: data };
  const user = known ?? await createUser(sql, {
    ...newcomer,
    ...(!isInvitation && { password: asked.password }),
  }, cost).catch(whenSqlFails("Database error saving new user"));

  if (isInvitation) {
    await recordInvite(sql, asked.admin, user);
    await sql.query(
      "update auth.users set invited_at = now() where id = $1",
      [user.id],
    );
  } else if (known !== undefined) {
    await changeUser(sql, user, { userMetadata: data }, cost);
  }
  return user;
}

async function prepareChange(
  sql: Sql,
  { stack }: Call,
  asked: Wanted,
): Promise<Prepared> {
  const user = required(asked.known);
  const isCurrent = asked.type === "email_change_current";
  if (isCurrent && !stack.settings.doubleConfirmChanges) {
    throw validationFailed(
      "Enable secure email change to generate link for current email",
    );
  }
  const newEmail = normaliseEmail(asked.new_email);
  if (newEmail !== user.email) await requireFree(sql, newEmail);
  await sql.query(
    `update auth.users set email_change = $2, email_change_confirm_status = 0
       where id = $1`,
    [user.id, newEmail],
  );
  return isCurrent
    ? { user, tokenType: "email_change_token_current", address: asked.email }
    : { user, tokenType: "email_change_token_new", address: newEmail };
}
