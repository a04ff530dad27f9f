/**
 * Passwords: which are taken, and how they are kept. Postgres hashes them, so
 * that a row brought from the platform verifies here, and the other way round.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { refusal, validationFailed } from "./errors.ts";

const weakPassword = refusal(422, "weak_password");

/** The platform's default. */
const MIN_LENGTH = 6;

/** What bcrypt looks at. More would be ignored in silence. */
const MAX_BYTES = 72;

/**
 * Refuses what is too weak, or longer than the hash can tell apart.
 *
 * @throws {Refusal} `weak_password` or `validation_failed`.
 */
export function checkPassword(password: string): void {
  const { length } = new TextEncoder().encode(password);
  if (length > MAX_BYTES) {
    throw validationFailed(
      `Password cannot be longer than ${MAX_BYTES} characters`,
    );
  }
  if (length < MIN_LENGTH) {
    const message = `Password should be at least ${MIN_LENGTH} characters.`;
    const members = { "weak_password": { reasons: ["length"] } };
    throw weakPassword(message, members);
  }
}

/** The bcrypt hash of `password`. */
export async function hashPassword(
  sql: Sql,
  password: string,
  bcryptCost: number,
): Promise<string> {
  const [row] = await sql.query<{ hash: string }>(
    "select extensions.crypt($1, extensions.gen_salt('bf', $2)) as hash",
    [password, bcryptCost],
  );
  return row?.hash ?? "";
}

/** Whether `password` is the one that `hash` was made of. */
export async function matches(
  sql: Sql,
  password: string,
  hash: string,
): Promise<boolean> {
  // The platform takes argon2 and scrypt from imports. pgcrypto knows neither.
  if (!hash.startsWith("$2")) return false;
  const rows = await sql.query(
    "select where extensions.crypt($1, $2) = $2",
    [password, hash],
  );
  return rows.length === 1;
}
