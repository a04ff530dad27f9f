/**
 * What the routes of vector buckets are made of.
 *
 * @module
 */
import type * as v from "valibot";
import type { Database, Sql } from "../../database.ts";
import { readBody } from "./body.ts";

/** Serves a route for the service itself, which may do anything. */
export type VectorHandler = (
  database: Pick<Database, "asOwner">,
  request: Request,
) => Promise<Response>;

/** What is done for a body, in one transaction. */
type Work<Asked> = (sql: Sql, asked: Asked) => Promise<object | void>;

/** The handler that does `work`, and answers with what comes of it as JSON. */
export function forBody<Asked>(
  schema: v.GenericSchema<unknown, Asked>,
  work: Work<Asked>,
  maxBytes?: number,
): VectorHandler {
  return async (database, request) => {
    const asked = await readBody(request, schema, maxBytes);
    const told = await database.asOwner((sql) => work(sql, asked));
    return told === undefined ? new Response() : Response.json(told);
  };
}

/** Since 1970, whole. */
export function secondsOf(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
