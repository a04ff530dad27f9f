/**
 * What Supabase Auth answers to who administers, and what of a refusal is told.
 *
 * @module
 */
import {
  type AuthError,
  isAuthApiError,
  isAuthWeakPasswordError,
} from "@supabase/supabase-js";
import { type Problem, problem } from "../_shared/problem.ts";
import { accountExists, userNotFound } from "./answers.ts";

const passwordTooWeak = problem(422, "Password too weak");
const notAccepted = problem(422, "Account not accepted");
const factorNotFound = problem(404, "Factor not found");
const clientNotFound = problem(404, "Client not found");
const notEnabled = problem(501, "Auth feature not enabled");
const tooManyMails = problem(429, "Too many mails");
export const authUnavailable = problem(502, "Auth unavailable");

/**
 * What Auth has answered.
 *
 * @throws {Problem} "Account exists", "Password too weak", "Account not accepted",
 * "User not found", "Factor not found", "Client not found", "Auth feature not
 * enabled" or "Too many mails" for what it has refused, and "Auth unavailable"
 * where nobody can tell what it did.
 */
export async function taken<Data>(
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
    case "oauth_client_not_found":
      return clientNotFound("There is no such client");
    case "feature_disabled":
      return notEnabled("Auth has this switched off", facts);
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
