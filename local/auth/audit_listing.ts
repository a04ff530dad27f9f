/**
 * `GET /admin/audit`: what has been done, a page at a time.
 *
 * @module
 */
import type { Call } from "./call.ts";
import { requireAdmin } from "./callers.ts";
import { validationFailed } from "./errors.ts";
import { pageHeaders, pageIn } from "./pages.ts";

/** The members of an entry that a scope of `query` looks into. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  author: ["actor_username", "actor_name"],
  action: ["action"],
  type: ["log_type"],
};

/** A row of `auth.audit_log_entries`, as clients see it. */
interface Entry {
  readonly id: string;
  readonly payload: unknown;
  readonly "created_at": Date;
  readonly "ip_address": string;
}

/** The latest first. */
export async function listAudit(call: Call): Promise<Response> {
  requireAdmin(call);
  const page = pageIn(call.url);
  const { members, pattern } = filterIn(call.url);

  return await call.stack.database.asOwner(async (sql) => {
    const { perPage, offset } = page;
    const entries = await sql.query<Entry>(
      `select id, payload, created_at, ip_address ${LISTED}
         order by created_at desc, id offset $3 limit $4`,
      [members, pattern, offset, perPage],
    );
    const [counted] = await sql.query<{ total: number }>(
      `select count(*)::int as total ${LISTED}`,
      [members, pattern],
    );
    const headers = pageHeaders(call.url, page, counted?.total ?? 0);
    return Response.json(entries, { headers });
  });
}

const LISTED = `from auth.audit_log_entries
  where instance_id = '00000000-0000-0000-0000-000000000000'
    and ($2::text is null or exists (
      select from unnest($1::text[]) as member
      where payload ->> member ilike $2
    ))`;

interface Filter {
  readonly members: readonly string[];
  /** Of `ilike`; null for everything. */
  readonly pattern: string | null;
}

function filterIn({ searchParams }: URL): Filter {
  const query = searchParams.get("query") ?? "";
  if (query === "") return { members: [], pattern: null };
  const [, scope = "", value = ""] = /^([^:]*):(.*)$/s.exec(query) ?? [];
  const members = Object.hasOwn(SCOPES, scope) ? SCOPES[scope] : undefined;
  if (members === undefined) {
    throw validationFailed(`Invalid query scope: ${query}`);
  }
  const literal = value.replaceAll(/[\\%_]/g, "\\$&");
  return { members, pattern: value === "" ? null : `%${literal}%` };
}
