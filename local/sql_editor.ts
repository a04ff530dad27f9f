/**
 * `POST /sql`: what the dashboard's SQL editor does, for whoever runs the stack.
 *
 *     { sql }  →  200 { answers: Answer[] }
 *                 400 { message, code?, detail?, hint? }: Postgres refuses it
 *
 * @module
 */
import * as v from "valibot";
import { type Answer, type Database, isSqlError } from "./database.ts";
import { OWNER } from "./initdb.ts";
import { type Keys, refuseKey } from "./keys.ts";
import { requireHarmless } from "./one_session.ts";
import { statementsOf } from "./statements.ts";
import { isPrivileged } from "./supautils.ts";

const Input = v.object({ sql: v.string() });

/** Answers whoever has the secret key, and no page. */
export function sqlEditor(
  { database, keys }: { readonly database: Database; readonly keys: Keys },
): (request: Request) => Promise<Response> {
  return async (request) => {
    // A page could only be a stranger's: the stack has none that asks.
    if (request.headers.has("origin")) return refuse(403, "Not for pages");
    if (request.method !== "POST") return refuse(405, "Send a POST");
    const key = request.headers.get("apikey");
    if (key !== keys.secret) return refuseKey(key ? "bad key" : "no key");
    const input = v.safeParse(Input, await request.json().catch(() => null));
    if (!input.success) return refuse(400, 'Send { "sql": "select …" }');

    try {
      const answers = await answersTo(database, input.output.sql);
      return Response.json({ answers });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // Without a code it is the parser's, or none of Postgres's.
      const { message } = error;
      if (!isSqlError(error)) return refuse(400, message);
      const { code, detail, hint } = error;
      return Response.json({ message, code, detail, hint }, { status: 400 });
    }
  };
}

function refuse(status: number, message: string): Response {
  return Response.json({ message }, { status });
}

/** The statements of `script` in one transaction, unless they say otherwise. */
async function answersTo(
  database: Database,
  script: string,
): Promise<Answer[]> {
  const statements = await statementsOf(script);
  if (statements.length === 0) return [];
  const commands = statements.map(({ text, tree }) => {
    requireHarmless(tree, OWNER);
    return { text, isPrivileged: isPrivileged(tree) };
  });
  const answers = await database.answersTo(OWNER, commands);
  // As the platform's event trigger does, in case a table is new.
  await database.asOwner((sql) => sql.run("notify pgrst, 'reload schema'"));
  return answers;
}
