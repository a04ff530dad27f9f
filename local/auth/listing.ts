/**
 * `GET /admin/users`: everybody, a page at a time.
 *
 * @module
 */
import type { Call } from "./call.ts";
import { requireAdmin } from "./callers.ts";
import { validationFailed } from "./errors.ts";
import { describeUser } from "./user_json.ts";
import { countUsers, findUsers } from "./users.ts";

/** The platform's page. */
const PER_PAGE = 50;

/** The newest first, unless asked otherwise. */
export async function listUsers(call: Call): Promise<Response> {
  requireAdmin(call);
  const { searchParams } = call.url;
  const page = Math.max(numberIn(searchParams, "page", 1), 1);
  const perPage = numberIn(searchParams, "per_page", PER_PAGE);
  if (perPage === 0) {
    throw validationFailed(
      "Bad Pagination Parameters: per_page must be greater than 0",
    );
  }
  const isOldestFirst = directionOf(searchParams) === "asc";
  const filter = searchParams.get("filter") ?? "";

  return await call.stack.database.asOwner(async (sql) => {
    const offset = (page - 1) * perPage;
    const limits = { filter, isOldestFirst, offset, limit: perPage };
    const users = [];
    for (const user of await findUsers(sql, limits)) {
      users.push(await describeUser(sql, user));
    }
    const total = await countUsers(sql, filter);
    const headers = {
      "x-total-count": String(total),
      link: linksOf(call.url, page, Math.ceil(total / perPage)),
    };
    return Response.json({ users, aud: "authenticated" }, { headers });
  });
}

/** Large enough for every page, and small enough for Postgres. */
const MAX = 2 ** 31 - 1;

function numberIn(
  searchParams: URLSearchParams,
  name: string,
  otherwise: number,
): number {
  const text = searchParams.get(name) ?? "";
  if (text === "") return otherwise;
  if (/^\d+$/.test(text)) return Math.min(Number(text), MAX);
  throw validationFailed(
    "Bad Pagination Parameters: strconv.ParseUint: parsing " +
      `${JSON.stringify(text)}: invalid syntax`,
  );
}

function directionOf(searchParams: URLSearchParams): "asc" | "desc" {
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

/** As the server behind the gateway sees its own address. */
function linksOf(url: URL, page: number, lastPage: number): string {
  const link = (to: number, rel: string) => {
    const query = new URLSearchParams(url.searchParams);
    query.set("page", String(to));
    query.sort();
    return `</admin/users?${query}>; rel="${rel}"`;
  };
  const next = lastPage > page ? [link(page + 1, "next")] : [];
  return [...next, link(lastPage, "last")].join(", ");
}
