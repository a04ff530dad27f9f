/**
 * `/rest/v1`: PostgREST, as `@supabase/lite` implements it.
 *
 * Lite knows one Postgres session and no lock around it, and recognises callers
 * by keys of its own. It gets a driver that holds the stack's lock for a whole
 * transaction, and for each request the claims that the gateway has verified.
 *
 * @module
 */
import { App } from "@supabase/lite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import {
  type Claims,
  type Database,
  isSqlError,
  keepExitCode,
  type Session,
} from "./database.ts";
import { JSON_PARSERS } from "./json_values.ts";
import type { Release } from "./lock.ts";

/** Answers requests to `/rest/v1/…` that somebody has vouched for. */
export type Rest = (request: Request, claims: Claims) => Promise<Response>;

/**
 * Serves the tables and functions of `schemas`; the first is the default.
 *
 * @param log Hears of each request for what is not there.
 */
export async function openRest(
  database: Database,
  schemas: readonly string[],
  log: (line: string) => void,
): Promise<Rest> {
  quietLite();
  const { session } = database;
  const { connection } = session;
  connection.kysely = lockedKysely(session);
  // On its own, Lite grants every role everything in every schema.
  Object.assign(connection, { ensureRlsContext: () => Promise.resolve(true) });
  const callers = new Map<string, Claims>();

  const app = new App({
    connection,
    api: { schemas: [...schemas] },
    auth: { enabled: false },
    storage: { enabled: false },
    studio: { enabled: false },
    options: {
      server: {
        disableStudio: true,
        apiKeys: {
          resolver: (key: string) => {
            const claims = callers.get(key);
            return Promise.resolve(
              claims === undefined ? null : { type: "publishable", claims },
            );
          },
        },
      },
    },
  });
  await app.init();
  await database.listen("pgrst", () => connection.clearSchemaCache());

  return async (request, claims) => {
    const ticket = crypto.randomUUID();
    callers.set(ticket, claims);
    const headers = new Headers(request.headers);
    headers.delete("authorization");
    headers.set("apikey", ticket);
    try {
      // Not a copy of the request: that would be tied to its abort signal.
      const { url, method, body } = request;
      const response = await app.fetch(
        new Request(url, { method, headers, body }),
      );
      if (response.status === 404) log(await complaintOf(request, response));
      return response;
    } finally {
      callers.delete(ticket);
    }
  };
}

/** What somebody who watches the stack should see: no query, which has values. */
async function complaintOf(
  { method, url }: Request,
  response: Response,
): Promise<string> {
  const { pathname } = new URL(url);
  const body = await response.clone().text(); // none, to a HEAD
  const [, code = ""] = body.match(/"code":"(\w+)"/) ?? [];
  return `404 ${method} ${pathname.replace(/^\/rest\/v1/, "")} ${code}`.trim();
}

type Serializers = Record<number, (it: unknown) => string>;

/**
 * How arrays are written for types that PGlite does not know: pgvector's texts
 * are JSON. Their numbers differ in each database, and the extension may have
 * been created only now.
 */
async function serializersFor(
  pglite: Session["connection"]["driver"],
  parameters: readonly unknown[],
): Promise<Serializers> {
  if (!parameters.some(Array.isArray)) return {};
  const { rows } = await pglite.query<{ oid: number }>(
    "select oid from pg_type where typname in ('vector', 'halfvec')",
  );
  return Object.fromEntries(rows.map(({ oid }) => [oid, vectorText]));
}

function vectorText(it: unknown): string {
  return typeof it === "string" ? it : JSON.stringify(it);
}

/** Lite prints each of these with its stack, though the caller gets it as well. */
function quietLite(): void {
  // deno-lint-ignore no-console -- it is the library's that is quietened
  const print = console.error;
  // deno-lint-ignore no-console -- as above
  console.error = (...given) => {
    if (!given.some((it) => isSqlError(it) || isMissing(it))) print(...given);
  };
}

/** Whether Lite says with it that there is no such table. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && "relation" in error && "schema" in error;
}

/** A setting for the transaction, which Lite makes one by one, ten of them. */
const SETTING =
  /^select set_config\((?<name>'[\w.]+'), (?<value>\$1|''), true\)$/i;

/** Settings that wait for the statement that may read them. */
class Settings {
  readonly #calls: string[] = [];
  readonly #values: unknown[] = [];

  /** Whether `query` is one, and waits now. */
  defer({ sql, parameters }: CompiledQuery): boolean {
    const { name, value } = sql.trim().match(SETTING)?.groups ?? {};
    if (name === undefined) return false;
    this.#values.push(value === "$1" ? parameters[0] : "");
    this.#calls.push(`set_config(${name}, $${this.#values.length}, true)`);
    return true;
  }

  /** All that wait, as one statement. */
  take(): CompiledQuery | undefined {
    const calls = this.#calls.splice(0);
    const values = this.#values.splice(0);
    return calls.length === 0
      ? undefined
      : CompiledQuery.raw(`select ${calls.join(", ")}`, values);
  }
}

/** Kysely over the one session, holding its lock while a connection is out. */
function lockedKysely({ connection, lock }: Session): typeof connection.kysely {
  const held = new WeakMap<DatabaseConnection, Release>();
  const pglite = connection.driver;
  // One for all: whoever has the lock is alone.
  const settings = new Settings();

  async function executeQuery<Row>(
    query: CompiledQuery,
  ): Promise<QueryResult<Row>> {
    if (settings.defer(query)) return { rows: [] };
    const before = settings.take();
    if (before !== undefined) await perform(before);
    return await perform<Row>(query);
  }

  async function perform<Row>(
    { sql, parameters }: CompiledQuery,
  ): Promise<QueryResult<Row>> {
    const { rows, affectedRows = 0 } = await keepExitCode(async () =>
      await pglite.query<Row>(sql, [...parameters], {
        parsers: JSON_PARSERS,
        serializers: await serializersFor(pglite, parameters),
      })
    );
    return { rows, numAffectedRows: BigInt(affectedRows) };
  }

  function streamQuery(): never {
    throw new Error("Cannot stream rows: PGlite answers whole results");
  }

  async function run(it: DatabaseConnection, sql: string): Promise<void> {
    await it.executeQuery(CompiledQuery.raw(sql));
  }

  const driver: Driver = {
    init: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
    async acquireConnection() {
      const release = await lock.acquire();
      const it = { executeQuery, streamQuery };
      held.set(it, release);
      return it;
    },
    beginTransaction: (it) => run(it, "begin"),
    commitTransaction: (it) => run(it, "commit"),
    rollbackTransaction: (it) => run(it, "rollback"),
    releaseConnection(it) {
      held.get(it)?.();
      return Promise.resolve();
    },
  };

  return new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}
