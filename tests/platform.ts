/**
 * What each API of the stack stands on, for the tests of one API alone: a
 * database, keys, and a server for it.
 *
 * @module
 */
import { type Database, openDatabase } from "../local/database.ts";
import { type Keys, openKeys } from "../local/keys.ts";
import { applyPlatform } from "../local/platform.ts";
import { fillFromTemplate } from "./world.ts";

/** A database with nobody in it, and keys. */
export interface Platform extends AsyncDisposable {
  /** The folder of all that must outlive a stack. */
  readonly data: string;
  readonly database: Database;
  readonly keys: Keys;
  /** What Postgres says, past row-level security. */
  rows<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
}

/** Opens an empty database, and does what a stack does at its first start. */
export async function openPlatform(): Promise<Platform> {
  const data = await Deno.makeTempDir({ prefix: "portico-" });
  await fillFromTemplate(data);
  const keys = await openKeys(`${data}/keys.json`);
  const database = await openDatabase(`${data}/database`);
  await applyPlatform(database);

  return {
    data,
    database,
    keys,
    rows: (sql, parameters) =>
      database.asOwner((it) => it.query(sql, parameters)),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await Deno.remove(data, { recursive: true });
    },
  };
}

/** A script of `local/sql/`: "auth". */
export function readScript(name: string): Promise<string> {
  const file = new URL(`../local/sql/${name}.sql`, import.meta.url);
  return Deno.readTextFile(file);
}
