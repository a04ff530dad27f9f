/**
 * What policies, triggers and constraints have to say, before it is done.
 *
 * @module
 */
import type { Claims, Sql } from "../database.ts";
import type { ScopedDatabase } from "./scope.ts";

/** Does `work` as `claims` would, and takes it back. Its refusal is thrown. */
export async function rehearse<Result>(
  database: ScopedDatabase,
  claims: Claims,
  work: (sql: Sql) => Promise<Result>,
): Promise<Result> {
  const outcome: { result?: Result } = {};
  const applause = new Error("Rolled back after a rehearsal");
  try {
    return await database.as(claims, async (sql) => {
      outcome.result = await work(sql);
      throw applause;
    });
  } catch (error) {
    if (error !== applause || !("result" in outcome)) throw error;
    return outcome.result;
  }
}
