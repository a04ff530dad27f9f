/**
 * What a client of PostgreSQL says of a server that is not there. No I/O.
 *
 * @module
 */

/**
 * Classes 08 and 57 of SQLSTATE, and the names that `postgres` and the system
 * have for it.
 */
const AWAY = /^(?:08...|57P..|CONNECTION_.*|ECONN.*|EPIPE)$/;

/** Whether the server was away. Nobody knows what became of a commit then. */
export function isAway(error: unknown): boolean {
  return AWAY.test(codeOf(error));
}

/** `""` if it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
