/**
 * Which phone numbers Supabase Auth takes, and how it writes them. No I/O.
 *
 * @module
 */
import { validationFailed } from "./errors.ts";

/** E.164 without the plus, as the server keeps it. */
const NUMBER = /^[1-9][0-9]{1,14}$/;

/**
 * The number as it is kept: digits alone.
 *
 * @throws {Refusal} `validation_failed`.
 */
export function normalisePhone(phone: string): string {
  const digits = phone.replace(/^\+/, "").replaceAll(" ", "");
  if (NUMBER.test(digits)) return digits;
  throw validationFailed("Invalid phone number format (E.164 required)");
}
