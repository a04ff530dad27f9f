/**
 * What is in a folder. Storage has no folders: they are what names have in
 * common up to a slash, and so are entries without an id.
 *
 * @module
 */
import * as v from "valibot";
import { readJson } from "./json.ts";
import { requireBucketName } from "./names.ts";
import { forCaller } from "./visit.ts";

const COLUMN = v.picklist([
  "name",
  "updated_at",
  "created_at",
  "last_accessed_at",
]);

const REQUEST = v.object({
  prefix: v.string(),
  limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 100),
  offset: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  search: v.optional(v.string(), ""),
  sortBy: v.optional(
    v.object({
      column: v.optional(COLUMN, "name"),
      order: v.optional(v.picklist(["asc", "desc"]), "asc"),
    }),
    {},
  ),
});

/** However many are asked for, as `storage.search()` has it. */
const MAX_LIMIT = 1500;

/** One file or folder, named from the folder it is in. */
interface Entry {
  readonly name: string;
  /** Null for a folder, as the rest is. */
  readonly id: string | null;
  readonly "updated_at": Date | null;
  readonly "created_at": Date | null;
  readonly "last_accessed_at": Date | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

/** `POST /object/list/:bucket` */
export const listObjects = forCaller(async (call) => {
  const { stack, request, bucket, claims } = call;
  const { prefix, limit, offset, search, sortBy } = await readJson(
    request,
    REQUEST,
  );
  requireBucketName(bucket);
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const depth = folder.split("/").length;

  const entries = await stack.database.as(
    claims,
    (sql) =>
      sql.query<Entry>(entriesBy(sortBy.column, sortBy.order), [
        bucket,
        folder + search,
        depth,
        Math.min(limit, MAX_LIMIT),
        offset,
      ]),
  );
  return Response.json(entries);
});

/**
 * The statement that lists: folders first, by name, and then files. Both words
 * come from the schema above, never from the request itself.
 */
function entriesBy(
  column: v.InferOutput<typeof COLUMN>,
  order: "asc" | "desc",
): string {
  return `
    with matching as (
      select *, cardinality(path_tokens) > $3 as in_folder
      from storage.objects
      where bucket_id = $1 and starts_with(lower(name), lower($2))
    ), entries as (
      select distinct path_tokens[$3] as name, null::uuid as id,
        null::timestamptz as updated_at, null::timestamptz as created_at,
        null::timestamptz as last_accessed_at, null::jsonb as metadata
      from matching where in_folder
      union all
      select path_tokens[$3], id, updated_at, created_at, last_accessed_at,
        metadata
      from matching where not in_folder
    )
    select * from entries
    order by id is not null, ${column} ${order}, name ${order}
    limit $4 offset $5`;
}
