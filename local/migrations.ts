/**
 * Migrations and the seed, recorded where the Supabase CLI records them.
 *
 * @module
 */
import type { Database } from "./database.ts";

/** A migration that Postgres refused. */
export class BrokenMigration extends Error {
  override readonly name = "BrokenMigration";
}

interface Migration {
  /** The digits of the name: what the order is by. */
  readonly version: string;
  /** Of the file. */
  readonly name: string;
  readonly file: URL;
}

/** The seed is recorded like a migration, so that it too runs once. */
const SEED = { version: "seed", name: "seed.sql" };

/**
 * Applies what `project` has and the database has not: each migration in a
 * transaction of its own, and the seed after the first time.
 *
 * @returns The names of the files that were applied, in order.
 * @throws {BrokenMigration} Naming the file. Earlier ones stay applied.
 */
export async function migrate(
  database: Database,
  project: URL,
): Promise<string[]> {
  const done = await appliedVersions(database);
  const all = await readMigrations(new URL("migrations/", project));
  const seed = { ...SEED, file: new URL(SEED.name, project) };
  const due = [...all, seed].filter(({ version }) => !done.has(version));
  for (const migration of due) await apply(database, migration);
  return due.map(({ name }) => name);
}

async function appliedVersions(database: Database): Promise<Set<string>> {
  const rows = await database.asOwner(async (sql) => {
    await sql.run(HISTORY);
    return await sql.query<{ version: string }>(
      "select version from supabase_migrations.schema_migrations",
    );
  });
  return new Set(rows.map(({ version }) => version));
}

const HISTORY = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (
    version text primary key, statements text[], name text
  );`;

async function readMigrations(folder: URL): Promise<Migration[]> {
  const found: Migration[] = [];
  for await (const { name: file } of Deno.readDir(folder)) {
    const version = file.match(/^(\d+)_.*\.sql$/)?.[1];
    if (version === undefined) continue;
    found.push({ version, name: file, file: new URL(file, folder) });
  }
  return found.sort((a, b) => a.version < b.version ? -1 : 1);
}

async function apply(
  database: Database,
  { version, name, file }: Migration,
): Promise<void> {
  const script = await Deno.readTextFile(file);
  try {
    await database.asOwner(async (sql) => {
      await sql.run(script);
      await sql.query(
        `insert into supabase_migrations.schema_migrations
         (version, name, statements) values ($1, $2, $3)`,
        [version, name, [script]],
      );
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BrokenMigration(`${name}: ${reason}`);
  }
}
