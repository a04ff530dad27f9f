/**
 * Migrations and the seed, recorded where the Supabase CLI records them.
 *
 * @module
 */
import type { Database, Sql } from "./database.ts";
import { SUPERUSER } from "./initdb.ts";
import { statementsOf } from "./statements.ts";

/** A migration, or the seed, that Postgres refused. */
export class BrokenMigration extends Error {
  override readonly name = "BrokenMigration";
}

/** Whatever runs Postgres. */
type Server = Pick<Database, "asRole">;

/** A script, and how it is recorded once it has run. */
interface Script {
  /** Of the file. */
  readonly name: string;
  readonly file: URL;
  record(sql: Sql, script: string): Promise<unknown>;
}

/**
 * Applies what `project` has and the database has not: each migration in a
 * transaction of its own, and after the first time the seed.
 *
 * @returns The names of the files that were applied, in order.
 * @throws {BrokenMigration} Naming the file and the line. Earlier files stay
 * applied.
 */
export async function migrate(
  database: Server,
  project: URL,
): Promise<string[]> {
  const done = await readHistory(database);
  const all = [
    ...await readMigrations(new URL("migrations/", project)),
    ...await readSeed(project),
  ];
  const due = all.filter(({ name }) => !done.has(name));
  for (const script of due) await apply(database, script);
  return due.map(({ name }) => name);
}

/** Whose migrations they are. No superuser: see `initdb.ts`. */
const OWNER = "postgres";

const HISTORY = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (
    version text primary key, statements text[], name text
  );
  create table if not exists supabase_migrations.seed_files (
    path text primary key, hash text not null
  );`;

/** The names of the files that were applied before. */
async function readHistory(database: Server): Promise<Set<string>> {
  const rows = await database.asRole(OWNER, async (sql) => {
    await sql.run(HISTORY);
    return await sql.query<{ file: string }>(
      `select version || '_' || name || '.sql' as file
       from supabase_migrations.schema_migrations
       union all select path from supabase_migrations.seed_files`,
    );
  });
  return new Set(rows.map(({ file }) => file));
}

/** `20260101000000_portico.sql`: its digits are what the order is by. */
const MIGRATION = /^(\d+)_(.*)\.sql$/;

async function readMigrations(folder: URL): Promise<Script[]> {
  const found: Script[] = [];
  for await (const { name: file } of Deno.readDir(folder)) {
    const [, version, name] = file.match(MIGRATION) ?? [];
    if (version === undefined) continue;
    found.push({
      name: file,
      file: new URL(file, folder),
      record: (sql, script) =>
        sql.query(
          `insert into supabase_migrations.schema_migrations
           (version, name, statements) values ($1, $2, $3)`,
          [version, name, [script]],
        ),
    });
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}

async function readSeed(project: URL): Promise<Script[]> {
  const name = "seed.sql";
  const file = new URL(name, project);
  try {
    await Deno.stat(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  const record: Script["record"] = (sql, script) =>
    sql.query(
      `insert into supabase_migrations.seed_files (path, hash)
       values ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'))`,
      [name, script],
    );
  return [{ name, file, record }];
}

/**
 * Runs a script in one transaction, as the owner of a project: what the
 * platform refuses is refused here.
 */
async function apply(
  database: Server,
  { name, file, record }: Script,
): Promise<void> {
  const script = await Deno.readTextFile(file);
  let at = name;
  try {
    const statements = await statementsOf(script);
    await database.asRole(OWNER, async (sql) => {
      for (const { text, line, isPrivileged } of statements) {
        at = `${name}:${line}`;
        await (isPrivileged ? runAsPlatform(sql, text) : sql.run(text));
      }
      await record(sql, script);
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BrokenMigration(`${at}: ${reason}`);
  }
}

async function runAsPlatform(sql: Sql, text: string): Promise<void> {
  await sql.run(`set local session authorization ${SUPERUSER}`);
  await sql.run(text);
  await sql.run(`set local session authorization ${OWNER}`);
}
