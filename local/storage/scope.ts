/**
 * What Postgres may know of a request, for policies and triggers to ask.
 *
 * @module
 */
import type { Claims, Database, Sql } from "../database.ts";

/** What Storage does for a request. In SQL it is `storage.object.list`. */
export type Operation = `${"bucket" | "object" | "s3" | "tus"}.${string}`;

/** A database whose transactions know of a request, and may delete. */
export interface ScopedDatabase {
  as<T>(claims: Claims, work: (sql: Sql) => Promise<T>): Promise<T>;
}

// Each ends with the transaction. Without the last, `storage.protect_delete()`
// would take Storage for somebody who writes SQL.
const ENTER = `select set_config('storage.operation', $1, true),
  set_config('request.method', $2, true),
  set_config('request.path', $3, true),
  set_config('request.headers', $4, true),
  set_config('storage.allow_delete_query', 'true', true)`;

/** `database`, for all that is done to serve `request`. */
export function scoped(
  database: Database,
  request: Request,
  operation: Operation,
): ScopedDatabase {
  const settings = [
    `storage.${operation}`,
    request.method,
    new URL(request.url).pathname,
    JSON.stringify(Object.fromEntries(request.headers)),
  ];
  return {
    as: (claims, work) =>
      database.as(claims, async (sql) => {
        await sql.query(ENTER, settings);
        return await work(sql);
      }),
  };
}
