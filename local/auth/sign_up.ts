/**
 * `/signup`: how people come to be, by themselves.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { record } from "./audit.ts";
import { bcryptCostOf, type Call } from "./call.ts";
import { normaliseEmail } from "./emails.ts";
import { Refusal, refusal, validationFailed, whenSqlFails } from "./errors.ts";
import { CHALLENGE, type Challenge, challengeOf } from "./flows.ts";
import { identityOf } from "./identities.ts";
import { METADATA, parse, TEXT } from "./input.ts";
import { checkPassword, randomPassword } from "./passwords.ts";
import { posting, sendConfirmation } from "./post.ts";
import { deviceOf, type Grant, openSession } from "./sessions.ts";
import { answerGrant } from "./tokens.ts";
import { describeUser, type UserJson } from "./user_json.ts";
import {
  createUser,
  findUser,
  findUserByEmail,
  type Metadata,
  type User,
} from "./users.ts";

const anonymousDisabled = refusal(422, "anonymous_provider_disabled");
const phoneDisabled = refusal(400, "phone_provider_disabled");
const userAlreadyExists = refusal(422, "user_already_exists");

const SIGN_UP = v.object({
  email: TEXT,
  phone: TEXT,
  password: TEXT,
  data: METADATA,
  ...CHALLENGE,
});

/** Somebody who says who they are. */
interface Newcomer {
  readonly email: string;
  readonly password?: string;
  readonly data: Metadata;
}

/**
 * `POST /signup`: makes a person. They get a session at once, unless their
 * address has to be confirmed first.
 */
export async function signUp(call: Call): Promise<Response> {
  const { stack } = call;
  const input = parse(SIGN_UP, call.body);
  const data = input.data ?? {};
  if (input.email === "" && input.phone === "") {
    return await signUpAnonymously(call, data);
  }
  const { password } = input;
  if (password === "") {
    throw validationFailed("Signup requires a valid password");
  }
  checkPassword(password, stack.settings);
  const challenge = challengeOf(input);
  if (input.email === "") throw phoneDisabled("Phone signups are disabled");
  const newcomer = { email: normaliseEmail(input.email), password, data };

  if (stack.settings.confirmEmail) {
    return await askToConfirm(call, newcomer, challenge);
  }
  const granted = await stack.database.asOwner((sql) =>
    letIn(sql, call, newcomer)
  );
  if (granted instanceof Refusal) throw granted;
  return await answerGrant(granted, stack);
}

/** What goes into the audit log beside whoever it was. */
const BY_EMAIL = { provider: "email" };

/** A refusal is returned and not thrown: that they tried stays on record. */
async function letIn(
  sql: Sql,
  call: Call,
  newcomer: Newcomer,
): Promise<Grant | Refusal> {
  const known = await findUserByEmail(sql, newcomer.email);
  if (known !== undefined) {
    await recordRepeat(sql, known);
    return userAlreadyExists("User already registered");
  }
  const user = await make(sql, call, newcomer);
  await record(sql, user, { action: "user_signedup", traits: BY_EMAIL });
  await record(sql, user, { action: "login", traits: BY_EMAIL });
  return await openSession(sql, user, deviceOf(call.request), "password");
}

async function recordRepeat(sql: Sql, known: User): Promise<void> {
  const traits = BY_EMAIL;
  await record(sql, known, { action: "user_repeated_signup", traits });
}

/** An address that is taken gets the same answer as one that is free. */
async function askToConfirm(
  call: Call,
  newcomer: Newcomer,
  challenge: Challenge | undefined,
): Promise<Response> {
  return await posting(call, async (sql) => {
    const known = await findUserByEmail(sql, newcomer.email);
    if (known !== undefined && known.emailConfirmedAt !== null) {
      await recordRepeat(sql, known);
      return { answer: Response.json(nobody(newcomer)), mails: [] };
    }
    const user = known ?? await make(sql, call, newcomer);
    const mails = await sendConfirmation({ sql, call, user, challenge });
    const sent = await findUser(sql, user.id) ?? user;
    return { answer: Response.json(await describeUser(sql, sent)), mails };
  });
}

/** Somebody who looks as if they had just signed up. */
function nobody({ email, data }: Newcomer): UserJson {
  const now = new Date();
  return {
    id: crypto.randomUUID(),
    aud: "authenticated",
    role: "",
    email,
    phone: "",
    "confirmation_sent_at": now,
    "app_metadata": { provider: "email", providers: ["email"] },
    "user_metadata": data,
    identities: [],
    "created_at": now,
    "updated_at": now,
    "is_anonymous": false,
  };
}

/** Makes somebody who signs in with what is mailed to them. */
export async function signUpWithoutPassword(
  sql: Sql,
  call: Call,
  newcomer: Omit<Newcomer, "password">,
): Promise<User> {
  const unknown = { ...newcomer, password: randomPassword() };
  const user = await make(sql, call, unknown);
  // Where they have to confirm it, they have not signed up before they do.
  if (!call.stack.settings.confirmEmail) {
    await record(sql, user, { action: "user_signedup", traits: BY_EMAIL });
  }
  return user;
}

/** What people say on signing up goes to the identity and the metadata. */
async function make(
  sql: Sql,
  { stack }: Call,
  { data, ...credentials }: Newcomer,
): Promise<User> {
  const id = crypto.randomUUID();
  return await createUser(sql, {
    ...credentials,
    id,
    confirmed: !stack.settings.confirmEmail,
    userMetadata: { ...data, ...identityOf(id, credentials.email) },
    identityData: data,
  }, bcryptCostOf(stack))
    .catch(whenSqlFails("Database error saving new user"));
}

async function signUpAnonymously(
  call: Call,
  userMetadata: Metadata,
): Promise<Response> {
  const { stack, request } = call;
  if (!stack.settings.anonymousSignIns) {
    throw anonymousDisabled("Anonymous sign-ins are disabled");
  }
  const granted = await stack.database.asOwner(async (sql) => {
    const user = await createUser(sql, { userMetadata }, bcryptCostOf(stack))
      .catch(whenSqlFails("Database error creating anonymous user"));
    return await openSession(sql, user, deviceOf(request), "anonymous");
  });
  return await answerGrant(granted, stack);
}
