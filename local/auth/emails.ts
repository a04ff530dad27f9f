/**
 * Which e-mail addresses Supabase Auth takes, and how it writes them. No I/O.
 *
 * @module
 */
import * as v from "valibot";
import { validationFailed } from "./errors.ts";

/** The width of `auth.users.email`. */
const MAX_LENGTH = 255;

/**
 * The address as it is kept: in lower case.
 *
 * @throws {Refusal} `validation_failed`.
 */
export function normaliseEmail(email: string): string {
  if (email === "") throw validationFailed("An email address is required");
  if (email.length > MAX_LENGTH) {
    throw validationFailed("An email address is too long");
  }
  if (!v.is(ADDRESS, email)) {
    throw validationFailed("Unable to validate email address: invalid format");
  }
  return email.toLowerCase();
}

/** The grammar of `<input type="email">`, which the server uses too. */
const ADDRESS = v.pipe(v.string(), v.rfcEmail());
