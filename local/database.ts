/**
 * The one Postgres of the stack: PGlite in this process, and the two ways to
 * use it.
 *
 * @module
 */
import { type Transaction, types } from "@electric-sql/pglite";
import { pgcrypto } from "@electric-sql/pglite/contrib/pgcrypto";
import { vector } from "@electric-sql/pglite/vector";
import { PgliteConnection } from "@supabase/lite/pglite";
import { fifoLock, type Lock } from "./lock.ts";

/** What a caller has proved about itself: the payload of its token. */
export interface Claims {
  /** The Postgres role that the request runs as. */
  readonly role: string;
  /** `auth.users.id`; absent for `anon` and `service_role`. */
  readonly sub?: string;
  readonly [claim: string]: unknown;
}

/** A transaction under way. */
export interface Sql {
  /** Rows of one statement. Parameters are `$1`, `$2`, …. */
  query<Row>(text: string, parameters?: unknown[]): Promise<Row[]>;
  /** Several statements, without parameters. */
  run(script: string): Promise<void>;
}

/** A statement that Postgres refused. `code` is the SQLSTATE. */
export interface SqlError extends Error {
  readonly code: string;
  readonly detail?: string;
  readonly constraint?: string;
}

/** The database of a running stack. */
export interface Database extends AsyncDisposable {
  /**
   * One transaction in the name of a caller: its role, its claims, and so
   * row-level security. What `work` throws rolls it back.
   */
  as<T>(claims: Claims, work: (sql: Sql) => Promise<T>): Promise<T>;
  /** One transaction as the platform itself: nothing is hidden. */
  asOwner<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** For `rest.ts`, which drives the session itself. */
  readonly session: Session;
}

/** The session below the transactions, and the lock that guards it. */
export interface Session {
  readonly connection: PgliteConnection;
  readonly lock: Lock;
}

const EXTENSIONS = { pgcrypto, vector };

/** `@supabase/lite` wants times as text, and opens the session its way. */
const PARSERS = {
  [types.DATE]: toDate,
  [types.TIMESTAMP]: toDate,
  [types.TIMESTAMPTZ]: toDate,
};

/**
 * Opens the database in `folder`, and makes it if there is none. Nothing
 * protects the folder from a second process: hold `folder_lock.ts`.
 */
export async function openDatabase(folder: string): Promise<Database> {
  const pgliteOptions = { extensions: EXTENSIONS };
  const connection = new PgliteConnection({ url: folder, pgliteOptions });
  const pglite = connection.driver;
  await keepExitCode(() => pglite.waitReady);
  const lock = fifoLock();

  function transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return lock.hold(() =>
      keepExitCode(() => pglite.transaction((tx) => work(sqlOf(tx))))
    );
  }

  return {
    session: { connection, lock },
    asOwner: transaction,
    as: (claims, work) =>
      transaction(async (sql) => {
        await sql.query(BECOME, [claims.role, JSON.stringify(claims)]);
        return await work(sql);
      }),
    async [Symbol.asyncDispose]() {
      const release = await lock.acquire();
      await pglite.close();
      release();
    },
  };
}

/** Both settings end with the transaction. PostgREST sets the same two. */
const BECOME = `select set_config('role', $1, true),
  set_config('request.jwt.claims', $2, true)`;

function sqlOf(tx: Transaction): Sql {
  return {
    query: async <Row>(text: string, parameters: unknown[] = []) =>
      (await tx.query<Row>(text, parameters, { parsers: PARSERS })).rows,
    run: async (script) => void await tx.exec(script),
  };
}

/**
 * Runs `work` without a mark on the process. Postgres leaves its main loop by a
 * jump, at the start and with every error, and PGlite takes that for its end.
 */
export async function keepExitCode<T>(work: () => Promise<T>): Promise<T> {
  const { exitCode } = Deno;
  try {
    return await work();
  } finally {
    Deno.exitCode = exitCode;
  }
}

function toDate(text: string): Date {
  return new Date(text);
}

/** Whether `error` is Postgres's, with this SQLSTATE. */
export function isSqlError(error: unknown, code?: string): error is SqlError {
  return error instanceof Error && "severity" in error && "code" in error &&
    (code === undefined || error.code === code);
}
