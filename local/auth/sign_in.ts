/**
 * `/token`: ways to get a session, for people who are known.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { record } from "./audit.ts";
import type { Call } from "./call.ts";
import { Refusal, refusal, validationFailed } from "./errors.ts";
import { redeem } from "./flows.ts";
import { parse, TEXT } from "./input.ts";
import { matches } from "./passwords.ts";
import { rotate } from "./rotation.ts";
import { deviceOf, openSession } from "./sessions.ts";
import { answerGrant } from "./tokens.ts";
import { findUser, findUserByEmail, type User } from "./users.ts";

const phoneLoginDisabled = refusal(422, "phone_provider_disabled");
const userNotFound = refusal(404, "user_not_found");
const providerDisabled = refusal(400, "provider_disabled");
const web3Disabled = refusal(422, "web3_provider_disabled");
const invalidCredentials = refusal(400, "invalid_credentials");
const emailNotConfirmed = refusal(400, "email_not_confirmed");
const userBanned = refusal(400, "user_banned");

/** Trades what somebody knows, or a token they hold, for a session. */
export async function token(call: Call): Promise<Response> {
  switch (call.url.searchParams.get("grant_type")) {
    case "password":
      return await byPassword(call);
    case "refresh_token":
      return await byRefreshToken(call);
    case "pkce":
      return await byCode(call);
    case "id_token":
      throw providerDisabled("Provider is not enabled");
    case "web3":
      throw web3Disabled("Web3 provider is disabled");
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
    await record(sql, user, { action: "login", traits: { provider: "email" } });
    return await openSession(sql, user, deviceOf(request), "password");
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
  if (user === undefined || !user.passwordHash) throw wrong;
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

const PKCE_GRANT = v.object({ "auth_code": TEXT, "code_verifier": TEXT });

async function byCode({ stack, request, body }: Call): Promise<Response> {
  const { auth_code: code, code_verifier: verifier } = parse(PKCE_GRANT, body);
  if (code === "" || verifier === "") {
    throw validationFailed(
      "invalid request: both auth code and code verifier should be non-empty",
    );
  }
  const granted = await stack.database.asOwner(async (sql) => {
    const { userId, method, provider } = await redeem(sql, code, verifier);
    const user = await findUser(sql, userId);
    if (user === undefined) throw userNotFound("User not found");
    if (user.isBanned) throw userBanned("User is banned");
    await record(sql, user, {
      action: "login",
      traits: { "provider_type": provider },
    });
    return await openSession(sql, user, deviceOf(request), method);
  });
  return await answerGrant(granted, stack);
}
