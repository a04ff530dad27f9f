/**
 * `GET /admin/users`: everybody, a page at a time.
 *
 * @module
 */
import type { Sql } from "../database.ts";
import type { Call } from "./call.ts";
import { requireAdmin } from "./callers.ts";
import { validationFailed } from "./errors.ts";
import { type Page, pageHeaders, pageIn } from "./pages.ts";
import { describeUser } from "./user_json.ts";
import { type User, USER_COLUMNS } from "./users.ts";

/** The newest first, unless asked otherwise. */
export async function listUsers(call: Call): Promise<Response> {
  requireAdmin(call);
  const page = pageIn(call.url);
  const direction = directionIn(call.url);
  const filter = call.url.searchParams.get("filter") ?? "";

  return await call.stack.database.asOwner(async (sql) => {
    const users = [];
    for (const user of await findUsers(sql, { filter, direction, page })) {
      users.push(await describeUser(sql, user));
    }
    const total = await countUsers(sql, filter);
    const headers = pageHeaders(call.url, page, total);
    return Response.json({ users, aud: "authenticated" }, { headers });
  });
}

function directionIn({ searchParams }: URL): "asc" | "desc" {
  const sort = searchParams.get("sort") ?? "created_at desc";
  const [field, ...rest] = sort.split(" ");
  if (field !== "created_at") {
    throw validationFailed(
      `Bad Sort Parameters: bad field for sort '${field}'`,
    );
  }
  const direction = rest.join(" ").toLowerCase() || "desc";
  if (direction === "asc" || direction === "desc") return direction;
  throw validationFailed(
    `Bad Sort Parameters: bad direction for sort '${direction}', only 'asc' ` +
      "and 'desc' allowed",
  );
}

/** Which people to list. */
interface Listing {
  /** A part of the address, or of `full_name` in the user metadata. */
  readonly filter: string;
  readonly direction: "asc" | "desc";
  readonly page: Page;
}

function findUsers(sql: Sql, listing: Listing): Promise<User[]> {
  const { filter, direction, page } = listing;
  const query = `select ${USER_COLUMNS} from auth.users where ${LISTED}
    order by created_at ${direction}, id ${direction} offset $2 limit $3`;
  return sql.query<User>(query, [`%${filter}%`, page.offset, page.perPage]);
}

async function countUsers(sql: Sql, filter: string): Promise<number> {
  const query = `select count(*)::int as count from auth.users where ${LISTED}`;
  const [row] = await sql.query<{ count: number }>(query, [`%${filter}%`]);
  return row?.count ?? 0;
}

const LISTED = `aud = 'authenticated' and ($1 = '%%' or email like $1
  or raw_user_meta_data ->> 'full_name' ilike $1)`;
