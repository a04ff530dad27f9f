/**
 * Objects by pages of a cursor: everything below a prefix, or one level of it.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { invalidParameter } from "./errors.ts";
import { refuseVersionFilter, VERSION_FILTER } from "./features.ts";
import { readJson } from "./json.ts";
import { requireBucketName } from "./names.ts";
import { forCaller } from "./visit.ts";

const COLUMN = v.picklist(["name", "updated_at", "created_at"]);
const ORDER = v.picklist(["asc", "desc"]);

const REQUEST = v.object({
  ...VERSION_FILTER,
  prefix: v.optional(v.string(), ""),
  limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  cursor: v.optional(v.string()),
  "with_delimiter": v.optional(v.boolean(), false),
  sortBy: v.optional(
    v.object({ column: COLUMN, order: v.optional(ORDER, "asc") }),
    { column: "name" },
  ),
});

/** However many are asked for. */
const MAX_LIMIT = 1000;

/** A file or, without an id, a folder. Its name is the whole of it. */
interface Entry {
  readonly name: string;
  readonly id: string | null;
  readonly "updated_at": Date | null;
  readonly "created_at": Date | null;
}

/** Where the next page begins, and how this one was sorted. */
const CURSOR = v.object({
  /** The last name of the page before. A folder ends in a slash. */
  after: v.string(),
  column: COLUMN,
  order: ORDER,
  /** ISO 8601, of the column. Empty for names. */
  at: v.union([
    v.literal(""),
    v.pipe(
      v.string(),
      v.isoTimestamp(),
      v.check((time) => !Number.isNaN(Date.parse(time))),
    ),
  ]),
});

type Cursor = v.InferOutput<typeof CURSOR>;

/** One question to the database. */
interface Page extends Cursor {
  readonly bucket: string;
  readonly prefix: string;
  readonly limit: number;
}

/** `POST /object/list-v2/:bucket`. A cursor brings its own order with it. */
export const listObjectsV2 = forCaller(async (call) => {
  const { stack, request, bucket, claims } = call;
  const { prefix, cursor, sortBy, ...asked } = await readJson(request, REQUEST);
  refuseVersionFilter(asked);
  requireBucketName(bucket);
  const limit = Math.min(asked.limit ?? MAX_LIMIT, MAX_LIMIT);
  const start = cursor === undefined
    ? { ...sortBy, after: "", at: "" }
    : decode(cursor);

  const select = asked.with_delimiter ? selectLevel : selectBelow;
  // One more than is shown says whether there is more.
  const found = await stack.database.as(
    claims,
    (sql) => select(sql, { ...start, bucket, prefix, limit: limit + 1 }),
  );
  const page = found.slice(0, limit).map((entry) =>
    entry.id === null ? { ...entry, name: `${entry.name}/` } : entry
  );
  const last = found.length > limit ? page.at(-1) : undefined;
  return Response.json({
    hasNext: last !== undefined,
    ...last && {
      nextCursor: encode({ ...start, ...placeOf(last, start.column) }),
      nextCursorKey: last.name,
    },
    folders: page.filter(({ id }) => id === null),
    objects: page.filter(({ id }) => id !== null),
  });
});

function selectLevel(sql: Sql, page: Page): Promise<Entry[]> {
  const { prefix, bucket, limit, after, order, column, at } = page;
  return sql.query<Entry>(
    "select * from storage.search_v2($1, $2, $3, $4, $5, $6, $7, $8)",
    [prefix, bucket, limit, prefix.split("/").length, after, order, column, at],
  );
}

/** The words in it come from the schemas above, never from a request itself. */
function selectBelow(sql: Sql, page: Page): Promise<Entry[]> {
  const { prefix, bucket, limit, after, order, column, at } = page;
  const date = column === "name"
    ? "'epoch'::timestamptz"
    : `date_trunc('milliseconds', ${column})`;
  return sql.query<Entry>(
    `select id, name, metadata, updated_at, created_at, last_accessed_at
      from storage.objects
      where bucket_id = $1 and starts_with(name, $2) and ($4 = ''
        or (${date}, name collate "C") ${order === "asc" ? ">" : "<"}
          (coalesce(nullif($5, '')::timestamptz, 'epoch'), $4))
      order by ${date} ${order}, name collate "C" ${order} limit $3`,
    [bucket, prefix, limit, after, at],
  );
}

function placeOf(
  last: Entry,
  column: Cursor["column"],
): Pick<Cursor, "after" | "at"> {
  const at = column === "name" ? "" : last[column]?.toISOString() ?? "";
  return { after: last.name, at };
}

function encode({ after, column, order, at }: Cursor): string {
  const json = JSON.stringify({ after, column, order, at });
  return new TextEncoder().encode(json).toBase64();
}

/** Throws `InvalidParameter` for what no page has handed out. */
function decode(cursor: string): Cursor {
  try {
    const json = new TextDecoder().decode(Uint8Array.fromBase64(cursor));
    return v.parse(CURSOR, JSON.parse(json));
  } catch {
    throw invalidParameter("Invalid Parameter continuation token");
  }
}
