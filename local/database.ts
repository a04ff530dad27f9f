/**
 * The one Postgres of the stack: PGlite in this process, and the two ways to
 * use it.
 *
 * @module
 */
import { type PGlite, type Transaction, types } from "@electric-sql/pglite";
import { PgliteConnection } from "@supabase/lite/pglite";
import { extensions } from "./extensions.ts";
import { SUPERUSER } from "./initdb.ts";
import { JSON_PARSERS } from "./json_values.ts";
import { fifoLock, type Lock } from "./lock.ts";
import { requireHarmless } from "./one_session.ts";
import { statementsOf } from "./statements.ts";

/** The folder holds a database that an earlier version made. */
export class OldDatabase extends Error {
  override readonly name = "OldDatabase";
}

/** What a caller has proved about itself: the payload of its token. */
export interface Claims {
  /** The Postgres role that the request runs as. */
  readonly role: string;
  /** `auth.users.id`; absent for `anon` and `service_role`. */
  readonly sub?: string;
  readonly [claim: string]: unknown;
}

/** A statement, and whether the platform runs it as its superuser. */
export interface Command {
  readonly text: string;
  readonly isPrivileged: boolean;
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
  readonly hint?: string;
  readonly constraint?: string;
}

/** What one statement has answered. */
export interface Answer {
  /** Names; none for a statement that gives no rows. */
  readonly columns: readonly string[];
  /** A list of values each, ready for `JSON.stringify`. */
  readonly rows: readonly (readonly unknown[])[];
  /** How many rows it has changed. */
  readonly changed: number;
}

/** The database of a running stack. */
export interface Database extends AsyncDisposable {
  /**
   * One transaction in the name of a caller: its role, its claims, and so
   * row-level security. What `work` throws rolls it back.
   */
  as<T>(claims: Claims, work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * One transaction as `role`, as if it had signed in: resetting the role leads
   * back to it and no further. What it sets for the session ends with it.
   */
  asRole<T>(role: string, work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * What `script` does when a client of `role` sends it whole: outside of a
   * transaction of ours, so that it may vacuum. What it leaves in the session
   * ends with it.
   *
   * @returns How many rows its last statement has read or changed.
   */
  asClient(role: string, script: string): Promise<number>;
  /** As `asClient`: what each of `commands` has answered, in order. */
  answersTo(role: string, commands: readonly Command[]): Promise<Answer[]>;
  /** One transaction as the platform itself: nothing is hidden. */
  asOwner<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Calls `react` after each transaction that notified `channel`. */
  listen(channel: string, react: () => void): Promise<void>;
  /** For `rest.ts`, which drives the session itself. */
  readonly session: Session;
}

/** The session below the transactions, and the lock that guards it. */
export interface Session {
  readonly connection: PgliteConnection;
  readonly lock: Lock;
}

/** `@supabase/lite` wants times as text, and opens the session its way. */
const PARSERS = {
  [types.DATE]: toDate,
  [types.TIMESTAMP]: toDate,
  [types.TIMESTAMPTZ]: toDate,
};

/**
 * Opens the database in `folder`, and makes it if there is none. Nothing
 * protects the folder from a second process: hold `folder_lock.ts`.
 *
 * @throws {OldDatabase} if an earlier version made it.
 */
export async function openDatabase(folder: string): Promise<Database> {
  const pgliteOptions = { extensions: await extensions() };
  const connection = new PgliteConnection({ url: folder, pgliteOptions });
  const pglite = connection.driver;
  await keepExitCode(() => pglite.waitReady);
  await requireSuperuser(pglite);
  await pglite.exec(SESSION);
  const lock = fifoLock();
  const channels = new Set<string>();

  function alone<T>(work: () => Promise<T>): Promise<T> {
    return lock.hold(() => keepExitCode(work));
  }

  async function transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return await pglite.transaction((tx) => work(sqlOf(tx)));
  }

  /** Whatever `work` does to the session is undone, if it fails as well. */
  function asVisitor<T>(work: () => Promise<T>): Promise<T> {
    return alone(async () => {
      try {
        return await work();
      } finally {
        for (const script of [...RENEWAL, SESSION]) await pglite.exec(script);
        for (const one of channels) await pglite.exec(`listen ${one}`);
      }
    });
  }

  return {
    session: { connection, lock },
    asOwner: (work) => alone(() => transaction(work)),
    asRole: (role, work) =>
      asVisitor(() =>
        transaction(async (sql) => {
          await sql.query(SIGN_IN, [role]);
          return await work(sql);
        })
      ),
    asClient: async (role, script) => {
      for (const { tree } of await statementsOf(script)) {
        requireHarmless(tree, role);
      }
      return countOf(await asVisitor(() => sendAs(pglite, role, script)));
    },
    answersTo: (role, commands) =>
      asVisitor(async () => {
        const script = scriptOf(role, commands);
        const answers = answersOf(await sendAs(pglite, role, script.text));
        return answers.filter((_, at) => script.isAsked[at]);
      }),
    as: (claims, work) =>
      alone(() =>
        transaction(async (sql) => {
          await sql.query(BECOME, [claims.role, JSON.stringify(claims)]);
          return await work(sql);
        })
      ),
    listen: (channel, react) =>
      alone(async () => {
        channels.add(channel);
        await pglite.listen(channel, react);
      }),
    async [Symbol.asyncDispose]() {
      const release = await lock.acquire();
      await pglite.close();
      release();
    },
  };
}

/** Older folders were made before `postgres` was no superuser. */
async function requireSuperuser(pglite: PGlite): Promise<void> {
  const { rows: [row] } = await pglite.query<{ name: string }>(
    "select current_user as name",
  );
  if (row?.name !== SUPERUSER) {
    throw new OldDatabase("Made by an older version");
  }
}

/**
 * What PGlite leaves out when it starts a session. Without the sign-in, a role
 * that is set for a transaction would stay when it ends.
 */
const SESSION = `set session authorization ${SUPERUSER};
  set search_path to "$user", public, extensions;`;

/** Ends what a visitor of the session has left open, made or set. */
const RENEWAL = [
  "rollback", // before anything else can be said
  "reset all", // alone: a time limit, or "read only", is still on during it
  `close all; deallocate all; unlisten *; select pg_advisory_unlock_all();
   discard temp;`,
];

/** Ends with the transaction. */
const SIGN_IN = "select set_config('session_authorization', $1, true)";

async function sendAs(
  pglite: PGlite,
  role: string,
  script: string,
): Promise<Sent[]> {
  await pglite.query(SIGN_IN_FOR_GOOD, [role]);
  const options = { rowMode: "array", parsers: JSON_PARSERS } as const;
  // The type does not know that rows are lists then.
  return await pglite.exec(script, options) as unknown as Sent[];
}

/** As PGlite has it, by the order of statements. */
interface Sent {
  readonly fields: readonly { readonly name: string }[];
  readonly rows: readonly (readonly unknown[])[];
  /** Of this statement and those before it. */
  readonly affectedRows?: number;
}

/** One script, and which of its statements somebody has asked for. */
function scriptOf(
  role: string,
  commands: readonly Command[],
): { readonly text: string; readonly isAsked: readonly boolean[] } {
  const asPlatform = `set session authorization ${SUPERUSER}`;
  const asBefore = `set session authorization ${role}`;
  const parts = commands.flatMap(({ text, isPrivileged }) =>
    isPrivileged
      ? [[asPlatform, false], [text, true], [asBefore, false]] as const
      : [[text, true]] as const
  );
  return {
    // The last one may end in a comment, which would hide what follows it.
    text: parts.map(([text]) => text).join("\n;\n"),
    isAsked: parts.map(([, isAsked]) => isAsked),
  };
}

function countOf(sent: readonly Sent[]): number {
  const last = sent.at(-1);
  return last?.affectedRows || last?.rows.length || 0;
}

function answersOf(sent: readonly Sent[]): Answer[] {
  return sent.map(({ fields, rows, affectedRows = 0 }, at) => ({
    columns: fields.map(({ name }) => name),
    rows,
    changed: affectedRows - (sent[at - 1]?.affectedRows ?? 0),
  }));
}

const SIGN_IN_FOR_GOOD =
  "select set_config('session_authorization', $1, false)";

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
