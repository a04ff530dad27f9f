/**
 * Applies migrations and the seed.
 *
 * @module
 */
import { type Database, isSqlError, type Sql } from "./database.ts";
import { OWNER, SUPERUSER } from "./initdb.ts";
import {
  HISTORY,
  MIGRATION,
  readHistory,
  recordMigration,
  recordSeed,
  warningsOf,
} from "./migration_history.ts";
import {
  CannotRun,
  isBoundary,
  requireHarmless,
  unwrapped,
} from "./one_session.ts";
import { NotSql, type Statement, statementsOf } from "./statements.ts";
import { isPrivileged } from "./supautils.ts";

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
  readonly script: string;
  record(sql: Sql, name: string, script: string): Promise<void>;
}

/**
 * Applies what `project` has and the database has not: each migration in a
 * transaction of its own, and after the first time the seed.
 *
 * @param log Hears of each file as soon as it is applied, and of those that
 * `supabase db push` would skip or refuse.
 * @returns The names of the files that were applied, in order.
 * @throws {BrokenMigration} Naming the file and the line. Earlier files stay
 * applied.
 */
export async function migrate(
  database: Server,
  project: URL,
  log: (line: string) => void = () => {},
): Promise<string[]> {
  const migrations = await readMigrations(
    new URL("migrations/", project),
    log,
  );
  const all = [...migrations, ...await readSeed(project)];
  const applied = await database.asRole(OWNER, async (sql) => {
    await sql.run(HISTORY);
    return await readHistory(sql);
  });
  for (const line of warningsOf(applied, migrations)) log(line);

  const done = new Set(applied.map(({ file }) => file));
  const due = all.filter(({ name }) => !done.has(name));
  for (const script of due) {
    await apply(database, script);
    log(script.name);
  }
  return due.map(({ name }) => name);
}

async function readMigrations(
  folder: URL,
  log: (line: string) => void,
): Promise<Script[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (MIGRATION.test(name)) names.push(name);
    else if (name.endsWith(".sql")) {
      log(`${name}: skipped, since its name is not <digits>_<name>.sql`);
    }
  }
  return await Promise.all(
    names.sort().map(async (name) => {
      const script = await Deno.readTextFile(new URL(name, folder));
      return { name, script, record: recordMigration };
    }),
  );
}

async function readSeed(project: URL): Promise<Script[]> {
  const name = "seed.sql";
  try {
    const script = await Deno.readTextFile(new URL(name, project));
    return [{ name, script, record: recordSeed }];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/**
 * Runs a script in one transaction, as the owner of a project: what the
 * platform refuses is refused here.
 */
async function apply(
  database: Server,
  { name, script, record }: Script,
): Promise<void> {
  let at = name;
  try {
    const statements = unwrapped(await statementsOf(script));
    await database.asRole(OWNER, async (sql) => {
      for (const statement of statements) {
        at = `${name}:${statement.line}`;
        await run(sql, statement);
      }
      await record(sql, name, script);
    });
  } catch (error) {
    if (error instanceof NotSql) at = `${name}:${error.line}`;
    throw new BrokenMigration(`${at}: ${reasonOf(error)}`);
  }
}

async function run(sql: Sql, { text, tree }: Statement): Promise<void> {
  requireHarmless(tree, OWNER);
  if (isBoundary(tree)) {
    throw new CannotRun(
      "Cannot begin or end a transaction: each migration is one already; " +
        "take the statement out, or make two migrations",
    );
  }
  await (isPrivileged(tree) ? runAsPlatform(sql, text) : sql.run(text));
}

async function runAsPlatform(sql: Sql, text: string): Promise<void> {
  await sql.run(`set local session authorization ${SUPERUSER}`);
  await sql.run(text);
  await sql.run(`set local session authorization ${OWNER}`);
}

/** Everything that Postgres says, in one line. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { detail, hint } = isSqlError(error) ? error : {};
  const all = [error.message, detail, hint && `Hint: ${hint}`];
  return all.filter((part) => part !== undefined)
    .map((part) => part.replace(/\.$/, ""))
    .join(". ");
}
