/**
 * Functions of schema `portico_api`, called in a session of PostgreSQL as
 * PostgREST calls them.
 *
 * @module
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Session } from "./project.ts";

/**
 * All of a client that our adapters ask for: `schema()` and `rpc()`. What
 * Postgres objects to is thrown, as are connections that end.
 */
export function clientOf(sql: Session): SupabaseClient {
  const types = new Map<string, Promise<Types>>();
  const typesOf = (name: string): Promise<Types> => {
    const known = types.get(name) ?? readTypes(sql, name);
    known.catch(() => types.delete(name));
    types.set(name, known);
    return known;
  };
  const rpc = async (name: string, given: Record<string, unknown>) => {
    const payload = JSON.stringify(given);
    const names = Object.keys(JSON.parse(payload));
    const known = await typesOf(name);
    const columns = names.map((it) => `${it} ${known[it]}`);
    // Without an argument there is no column for it to have.
    const [row] = await sql.unsafe(
      `select portico_api.${name}(${names.map((it) => `${it} => it.${it}`)})
         as answer
       from json_to_record($1::text::json) as it (${["_ text", ...columns]})`,
      [payload],
    );
    return { data: row?.["answer"], error: null, status: 200 };
  };
  const client = { schema: () => ({ rpc }) };
  return client as unknown as SupabaseClient;
}

/** The arguments of a function. */
type Types = Readonly<Record<string, string>>;

async function readTypes(sql: Session, name: string): Promise<Types> {
  const [row] = await sql<{ types: Types }[]>`
    select json_object_agg(name, type::regtype) as types
    from pg_proc, unnest(proargnames[1:pronargs], proargtypes::oid[])
      as it (name, type)
    where oid = ('portico_api.' || ${name}::text)::regproc`;
  return row?.types ?? {};
}
