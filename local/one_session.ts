/**
 * What a script may not say where everybody shares one session of Postgres.
 *
 * Only its statements are looked at. What a `do` block or a function executes,
 * and a `set_config('session_authorization', …)`, is not seen: this keeps
 * mistakes out, and nobody who means it.
 *
 * @module
 */
import type { Statement, Tree } from "./statements.ts";

/** A statement that cannot be run here, and what to do about it. */
export class CannotRun extends Error {
  override readonly name = "CannotRun";
}

/**
 * Checks one statement that `role` has written.
 *
 * @throws {CannotRun} If it would wait for rows that nobody can send, which
 * ends the whole stack, or would become somebody else: the session signed in as
 * the superuser, so that Postgres itself lets it.
 */
export function requireHarmless(it: Tree, role: string): void {
  if (it.CopyStmt?.is_from && it.CopyStmt.filename === undefined) {
    throw new CannotRun(
      "Cannot copy from stdin: nobody sends the rows; write an insert instead",
    );
  }
  const { kind, name, args } = it.VariableSetStmt ?? {};
  if (kind !== "VAR_SET_VALUE" || name !== "session_authorization") return;
  if (args?.[0]?.A_Const?.sval?.sval === role) return;
  throw new CannotRun("permission denied to set session authorization");
}

/** What belongs into a transaction: the rest begins or ends one. */
const WITHIN = [
  "TRANS_STMT_SAVEPOINT",
  "TRANS_STMT_RELEASE",
  "TRANS_STMT_ROLLBACK_TO",
];

/** Whether it begins or ends a transaction. */
export function isBoundary({ TransactionStmt }: Tree): boolean {
  return TransactionStmt !== undefined &&
    !WITHIN.includes(TransactionStmt.kind);
}

/**
 * The statements of a migration without the `begin` and `commit` around them,
 * which the Supabase CLI takes and which say what is so anyway.
 */
export function unwrapped(all: readonly Statement[]): readonly Statement[] {
  const first = all.at(0)?.tree.TransactionStmt;
  const last = all.at(-1)?.tree.TransactionStmt;
  const begins = first?.kind === "TRANS_STMT_BEGIN" ||
    first?.kind === "TRANS_STMT_START";
  const commits = last?.kind === "TRANS_STMT_COMMIT" && !last.chain;
  return begins && commits ? all.slice(1, -1) : all;
}
