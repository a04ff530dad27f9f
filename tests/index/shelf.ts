/**
 * A table that is watched, and what tests ask of its index.
 *
 * @module
 */
import type { SqlError } from "../../local/database.ts";
import { isSqlError } from "../../local/database.ts";
import type { World } from "../world.ts";

/** What `portico.prove()` says. */
export interface Proof {
  readonly rows: number;
  readonly missing: number;
  readonly stale: number;
  readonly extra: number;
  readonly dead: number;
  readonly queued: number;
}

/** What a run of `vector-index` has done. */
export interface Tally {
  readonly written: number;
  readonly moved: number;
  readonly failed: number;
  readonly buried: number;
  readonly chunks: number;
  readonly paused: readonly string[];
  /** Of Vector buckets, if any had to do with it. */
  readonly sink?: {
    readonly written: number;
    readonly moved: number;
    readonly failed: number;
    readonly paused: readonly string[];
  };
}

/** The owner of a project, at work on its index. */
export interface Shelf {
  /** Statements, as `postgres`. */
  run(script: string): Promise<void>;
  rows<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** What Postgres objects to in `script`; nothing if it does not. */
  objection(script: string): Promise<SqlError | undefined>;
  /** Has everything that is due done, by the function, and waits for it. */
  index(): Promise<Tally>;
  prove(name: string): Promise<Proof>;
  /** The text of all chunks of a source, by their keys. */
  contents(name: string): Promise<Record<string, string[]>>;
  /** Keys that are to be indexed, as JSON, in order. */
  queue(): Promise<string[]>;
}

/** The owner of the project of `world`. */
export function shelfOf(world: World): Shelf {
  const { database } = world.stack;
  const run = (script: string) =>
    database.asRole("postgres", (sql) => sql.run(script));
  const rows = <Row>(sql: string, parameters?: unknown[]) =>
    database.asRole("postgres", (it) => it.query<Row>(sql, parameters));

  return {
    run,
    rows,
    async objection(script) {
      try {
        await run(script);
      } catch (error) {
        if (isSqlError(error)) return error;
        throw error;
      }
      return undefined;
    },
    async index() {
      const { data, error } = await world.service().functions
        .invoke<Tally>("vector-index", { body: {} });
      if (error || data === null) throw error;
      return data;
    },
    async prove(name) {
      const [proof] = await rows<Proof>(
        "select * from portico.prove($1)",
        [name],
      );
      if (proof === undefined) throw new Error("No proof");
      return proof;
    },
    async contents(name) {
      const [source] = await rows<{ serving: number }>(
        "select serving from portico_index.sources where name = $1",
        [name],
      );
      const found = await rows<{ key: string; contents: string[] }>(
        `select key::text, contents from (
           select jsonb_build_array(key_1) as key,
             array_agg(content order by n) as contents
           from portico_index.chunks_${source?.serving} group by key_1
         ) as it order by key`,
      );
      return Object.fromEntries(
        found.map(({ key, contents }) => [key, contents]),
      );
    },
    async queue() {
      const found = await rows<{ key: string }>(
        "select key::text from portico.dirty_rows order by dirty_rows.key",
      );
      return found.map(({ key }) => key);
    },
  };
}

/** An index that is right. */
export const RIGHT = { missing: 0, stale: 0, extra: 0, dead: 0, queued: 0 };
