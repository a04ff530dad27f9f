/**
 * Ways to get a session: `/signup` and `/token`.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { bcryptCostOf, type Call } from "./call.ts";
import { normaliseEmail } from "./emails.ts";
import { Refusal, refusal, validationFailed, whenSqlFails } from "./errors.ts";
import { METADATA, parse, TEXT } from "./input.ts";
import { checkPassword, matches } from "./passwords.ts";
import { rotate } from "./rotation.ts";
import { deviceOf, openSession } from "./sessions.ts";
import { answerGrant } from "./tokens.ts";
import {
  createUser,
  findUserByEmail,
  identityOf,
  type NewUser,
  type User,
} from "./users.ts";

const anonymousDisabled = refusal(422, "anonymous_provider_disabled");
const phoneDisabled = refusal(400, "phone_provider_disabled");
const phoneLoginDisabled = refusal(422, "phone_provider_disabled");
const userAlreadyExists = refusal(422, "user_already_exists");
const invalidCredentials = refusal(400, "invalid_credentials");
const emailNotConfirmed = refusal(400, "email_not_confirmed");
const userBanned = refusal(400, "user_banned");

const SIGN_UP = v.object({
  email: TEXT,
  phone: TEXT,
  password: TEXT,
  data: METADATA,
});

/** Makes a person and their first session. Nothing has to be confirmed. */
export async function signUp(call: Call): Promise<Response> {
  const { stack, request } = call;
  const input = parse(SIGN_UP, call.body);
  if (input.email === "" && input.phone === "") {
    throw anonymousDisabled("Anonymous sign-ins are disabled");
  }
  const { password } = input;
  if (password === "") {
    throw validationFailed("Signup requires a valid password");
  }
  checkPassword(password);
  if (input.email === "") throw phoneDisabled("Phone signups are disabled");
  const email = normaliseEmail(input.email);

  const granted = await stack.database.asOwner(async (sql) => {
    if (await findUserByEmail(sql, email) !== undefined) {
      throw userAlreadyExists("User already registered");
    }
    const person = selfMade({ email, password }, input.data ?? {});
    const user = await createUser(sql, person, bcryptCostOf(stack))
      .catch(whenSqlFails("Database error saving new user"));
    return await openSession(sql, user, deviceOf(request));
  });
  return await answerGrant(granted, stack);
}

/** What people say on signing up goes to the identity and the metadata. */
function selfMade(
  credentials: { readonly email: string; readonly password: string },
  data: Readonly<Record<string, unknown>>,
): NewUser {
  const id = crypto.randomUUID();
  const userMetadata = { ...data, ...identityOf(id, credentials.email) };
  return { ...credentials, id, userMetadata, identityData: data };
}

/** Trades what somebody knows, or a token they hold, for a session. */
export async function token(call: Call): Promise<Response> {
  switch (call.url.searchParams.get("grant_type")) {
    case "password":
      return await byPassword(call);
    case "refresh_token":
      return await byRefreshToken(call);
    default:
      throw invalidCredentials("unsupported_grant_type");
  }
}

const PASSWORD_GRANT = v.object({ email: TEXT, phone: TEXT, password: TEXT });

async function byPassword({ stack, request, body }: Call): Promise<Response> {
  const { email, phone, password } = parse(PASSWORD_GRANT, body);
  if (email === "") {
    if (phone === "") throw validationFailed("missing email or phone");
    throw phoneLoginDisabled("Phone logins are disabled");
  }
  const granted = await stack.database.asOwner(async (sql) => {
    const user = await whoseCredentials(sql, email, password);
    return await openSession(sql, user, deviceOf(request));
  });
  return await answerGrant(granted, stack);
}

async function whoseCredentials(
  sql: Sql,
  email: string,
  password: string,
): Promise<User> {
  const user = await findUserByEmail(sql, email);
  // One answer for both, so that nobody learns which addresses are known.
  const wrong = invalidCredentials("Invalid login credentials");
  if (user === undefined || user.passwordHash === null) throw wrong;
  if (user.isBanned) throw userBanned("User is banned");
  if (!await matches(sql, password, user.passwordHash)) throw wrong;
  if (user.emailConfirmedAt === null) {
    throw emailNotConfirmed("Email not confirmed");
  }
  return user;
}

const REFRESH_GRANT = v.object({ "refresh_token": TEXT });

async function byRefreshToken(call: Call): Promise<Response> {
  const { stack, request, body } = call;
  const { refresh_token: refreshToken } = parse(REFRESH_GRANT, body);
  if (refreshToken === "") {
    throw validationFailed("refresh_token required");
  }
  const rotated = await stack.database.asOwner((sql) =>
    rotate(sql, refreshToken, deviceOf(request))
  );
  if (rotated instanceof Refusal) throw rotated;
  return await answerGrant(rotated, stack);
}
