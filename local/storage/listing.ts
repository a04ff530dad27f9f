/**
 * What is in a folder. Storage has no folders: they are what names have in
 * common up to a slash, and so are entries without an id.
 *
 * @module
 */
import * as v from "valibot";
import { refuseVersionFilter, VERSION_FILTER } from "./features.ts";
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
  ...VERSION_FILTER,
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

/** `POST /object/list/:bucket`: one level of a folder. */
export const listObjects = forCaller(async (call) => {
  const { stack, request, bucket, claims } = call;
  const asked = await readJson(request, REQUEST);
  const { prefix, limit, offset, search, sortBy } = asked;
  refuseVersionFilter(asked);
  requireBucketName(bucket);
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const depth = folder.split("/").length;

  const entries = await stack.database.as(
    claims,
    (sql) =>
      sql.query(
        "select * from storage.search($1, $2, $3, $4, $5, $6, $7, $8)",
        [
          folder,
          bucket,
          limit,
          depth,
          offset,
          search,
          sortBy.column,
          sortBy.order,
        ],
      ),
  );
  return Response.json(entries);
});
