/**
 * Which migrations have run, as the Supabase CLI records it, and where the
 * files say something else by now.
 *
 * @module
 */
import type { Sql } from "./database.ts";

/** A file that has run before. */
export interface Applied {
  /** Its name, which for a migration begins with its version. */
  readonly file: string;
  /** What ran. Only the hash of a seed is kept. */
  readonly script: string | null;
}

/** A migration that is there. */
export interface Present {
  readonly name: string;
  readonly script: string;
}

/** Makes the two tables unless they are there. */
export const HISTORY = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (
    version text primary key, statements text[], name text
  );
  create table if not exists supabase_migrations.seed_files (
    path text primary key, hash text not null
  );`;

/** Everything that has run, the migrations by version. */
export async function readHistory(sql: Sql): Promise<Applied[]> {
  return await sql.query<Applied>(
    `select version || '_' || name || '.sql' as file,
       statements[1] as script
     from supabase_migrations.schema_migrations
     union all select path, null from supabase_migrations.seed_files
     order by 1`,
  );
}

/** Records the migration `file`. */
export async function recordMigration(
  sql: Sql,
  file: string,
  script: string,
): Promise<void> {
  const [, version, name] = file.match(MIGRATION) ?? [];
  await sql.query(
    `insert into supabase_migrations.schema_migrations
     (version, name, statements) values ($1, $2, $3)`,
    [version, name, [script]],
  );
}

/** Records the seed `file`. */
export async function recordSeed(
  sql: Sql,
  file: string,
  script: string,
): Promise<void> {
  await sql.query(
    `insert into supabase_migrations.seed_files (path, hash)
     values ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'))`,
    [file, script],
  );
}

/** `20260101000000_portico.sql`: its digits are what the order is by. */
export const MIGRATION = /^(\d+)_(.*)\.sql$/;

/** A line for each migration that `db push` would stumble over. */
export function warningsOf(
  applied: readonly Applied[],
  present: readonly Present[],
): string[] {
  const migrations = applied.filter(({ script }) => script !== null);
  const newest = migrations.at(-1)?.file ?? "";
  const scripts = new Map(present.map(({ name, script }) => [name, script]));
  const known = new Set(migrations.map(({ file }) => file));

  const stale = migrations.flatMap(({ file, script }) => {
    const now = scripts.get(file);
    if (now === undefined) return [`${file}: was applied, and is not there`];
    if (now === script) return [];
    return [`${file}: has changed since it was applied, and stays as it was`];
  });
  const late = present
    .filter(({ name }) => !known.has(name) && name < newest)
    .map(({ name }) =>
      `${name}: is older than ${newest}, which was applied before: ` +
      "db push refuses it without --include-all"
    );
  return [...stale, ...late];
}
