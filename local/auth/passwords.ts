/**
 * Passwords: which are taken, and how they are kept. Postgres hashes them, so
 * that a row brought from the platform verifies here, and the other way round.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import { refusal, validationFailed } from "./errors.ts";
import { bcryptHashIn } from "./password_hashes.ts";
import type { AuthSettings } from "./settings.ts";

const weakPassword = refusal(422, "weak_password");

/** What bcrypt looks at. More would be ignored in silence. */
const MAX_BYTES = 72;

/**
 * Refuses what is too weak, or longer than the hash can tell apart.
 *
 * @throws {Refusal} `weak_password` or `validation_failed`.
 */
export function checkPassword(
  password: string,
  { minPasswordLength }: Pick<AuthSettings, "minPasswordLength">,
): void {
  const { length } = new TextEncoder().encode(password);
  if (length > MAX_BYTES) {
    throw validationFailed(
      `Password cannot be longer than ${MAX_BYTES} characters`,
    );
  }
  if (length < minPasswordLength) {
    const message =
      `Password should be at least ${minPasswordLength} characters.`;
    const members = { "weak_password": { reasons: ["length"] } };
    throw weakPassword(message, members);
  }
}

/** One that nobody knows, as long as a hash can tell apart. */
export function randomPassword(): string {
  return crypto.randomUUID() + crypto.randomUUID();
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
  const known = bcryptHashIn(hash);
  if (known === undefined) return false;
  const rows = await sql.query(
    "select where extensions.crypt($1, $2) = $2",
    [password, known],
  );
  return rows.length === 1;
}
