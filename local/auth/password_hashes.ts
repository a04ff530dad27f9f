/**
 * Hashes that come from elsewhere: which are taken, and which Postgres can
 * verify. No I/O.
 *
 * @module
 */

const ARGON2 =
  /^\$argon2(?:i|id)\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/;

const FIREBASE_SCRYPT =
  /^\$fbscrypt\$v=1,n=\d+,r=\d+,p=\d+(?:,ss=[^,]+)?(?:,sk=[^$]+)?\$[^$]+\$.+$/;

/** Of bcrypt, Go looks at the version, the cost and the length. */
const BCRYPT = /^\$2[^$]?\$(\d\d)/;
const BCRYPT_LENGTH = 59;

/** Whether the platform would import `hash`, by its looks alone. */
export function isPasswordHash(hash: string): boolean {
  if (hash.startsWith("$argon2")) return ARGON2.test(hash);
  if (hash.startsWith("$fbscrypt")) return FIREBASE_SCRYPT.test(hash);
  const [, cost = ""] = BCRYPT.exec(hash) ?? [];
  return hash.length >= BCRYPT_LENGTH && Number(cost) >= 4 &&
    Number(cost) <= 31;
}

/**
 * A bcrypt hash under the name that pgcrypto knows it by, or nothing for a hash
 * of another kind: `$2b$` and `$2y$` are what `$2a$` was meant to be, and
 * pgcrypto would take them for salts of DES.
 */
export function bcryptHashIn(hash: string): string | undefined {
  const [, rest] = /^\$2[abxy]?(\$\d\d\$[./A-Za-z0-9]{53})$/.exec(hash) ?? [];
  return rest && `$2a${rest}`;
}
