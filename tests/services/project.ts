/**
 * A project on a real PostgreSQL: many sessions, as hosted, where the local
 * stack has one. Races can be shown here and nowhere else.
 *
 * @module
 */
import postgres from "postgres";
import type { Database, Sql } from "../../local/database.ts";
import { ROLES, SUPERUSER } from "../../local/initdb.ts";
import { migrate } from "../../local/migrations.ts";
import { applyPlatform } from "../../local/platform.ts";
import { type Postgres, startPostgres } from "./postgres.ts";

/** One session of its own, as the owner of the project. */
export type Session = postgres.Sql;

/** A running server with the platform's schemas and all of our migrations. */
export interface Project extends AsyncDisposable {
  /** Of its database, as its owner: for processes of their own. */
  readonly url: string;
  /** Crashes the server, and starts it again. Sessions connect anew by themselves. */
  restart(): Promise<void>;
  /** Opens `count` sessions, which are there when they are given. */
  sessions(count: number): Promise<Session[]>;
}

/** Somebody. */
export const MEMBER = "00000000-0000-4000-8000-000000000001";

const PROJECT = new URL("../../supabase/", import.meta.url);
const EXTENSIONS = new URL("../../local/extensions/", import.meta.url);

/** Starts one. It takes 3 s. */
export async function startProject(): Promise<Project> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startPostgres());

  await using first = open(server, "postgres");
  for (const statement of ROLES.split(";")) await first.sql.unsafe(statement);
  await using platform = open(server, SUPERUSER);
  const database = databaseOf(platform.sql);
  await applyPlatform(database);
  await migrate(database, PROJECT);
  await database.asOwner((sql) =>
    sql.query("insert into auth.users (id) values ($1)", [MEMBER])
  );

  const closing = opened.move();
  return {
    url: server.url,
    restart: () => server.restart(),
    async sessions(count) {
      const all = Array.from(
        { length: count },
        () => closing.use(open(server, "postgres")).sql,
      );
      await Promise.all(all.map((sql) => sql`select 1`));
      return all;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function open(
  { url }: Postgres,
  username: string,
): AsyncDisposable & { readonly sql: Session } {
  const sql = postgres(url, {
    username,
    max: 1,
    onnotice() {},
    connection: { search_path: '"$user", public, extensions' },
  });
  return { sql, [Symbol.asyncDispose]: () => sql.end({ timeout: 1 }) };
}

function databaseOf(
  session: Session,
): Pick<Database, "asOwner" | "asRole"> {
  const begin = <T>(setUp: string, work: (sql: Sql) => Promise<T>) =>
    session.begin(async (tx) => {
      await tx.unsafe(setUp);
      return await work({
        query: async <Row>(text: string, parameters: unknown[] = []) =>
          await tx.unsafe<Row[] & postgres.Row[]>(
            text,
            parameters as postgres.ParameterOrJSON<never>[],
          ) as unknown as Row[],
        run: async (script) => void await tx.unsafe(await withOurs(script)),
      });
    }) as Promise<T>;
  return {
    asOwner: (work) => begin("", work),
    asRole: (role, work) =>
      begin(`set local session authorization ${role}`, work),
  };
}

/** Vectors are lists of numbers where there is none: see portico.index_type(). */
const VECTOR = "create extension if not exists vector with schema extensions";

/**
 * Debian has none of the platform's extensions: what they would create is
 * created by the scripts of the local stack.
 */
async function withOurs(script: string): Promise<string> {
  if (script.includes(VECTOR)) return script.replace(VECTOR, "select 1");
  const [statement, name] = script.match(
    /create extension if not exists (pg_net|pg_cron|supabase_vault)[^;]*/,
  ) ?? [];
  if (statement === undefined) return script;
  const file = new URL(`${name}.sql`, EXTENSIONS);
  const source = await Deno.readTextFile(file);
  const schema = name === "supabase_vault" ? "create schema vault;" : "";
  return script.replace(statement, () => schema + source);
}
