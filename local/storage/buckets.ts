/**
 * The routes of buckets. All run as the caller: without a policy on
 * `storage.buckets` only a secret key sees or makes one.
 *
 * @module
 */
import * as v from "valibot";
import {
  entityTooLarge,
  featureNotEnabled,
  invalidRequest,
  noSuchBucket,
} from "./errors.ts";
import { versionsAbsent } from "./features.ts";
import { check, readJson } from "./json.ts";
import { requireRange } from "./mime.ts";
import { requireBucketName } from "./names.ts";
import { asUuid } from "./objects.ts";
import { forCaller } from "./visit.ts";

/** A row of `storage.buckets`, as it is shown. */
export interface Bucket {
  readonly id: string;
  readonly name: string;
  /** Empty if a secret key made it. */
  readonly owner: string;
  readonly public: boolean;
  /** In bytes. */
  readonly "file_size_limit": number | null;
  readonly "allowed_mime_types": string[] | null;
  readonly "created_at": Date;
  readonly "updated_at": Date;
}

const COLUMNS = `id, name, coalesce(owner::text, '') as owner, public,
  file_size_limit, allowed_mime_types, created_at, updated_at`;

const SETTINGS = {
  public: v.optional(v.boolean()),
  "file_size_limit": v.nullish(
    v.union([v.pipe(v.number(), v.integer(), v.minValue(0)), v.string()]),
  ),
  "allowed_mime_types": v.nullish(v.array(v.string())),
  "versioning_status": v.optional(v.string(), "DISABLED"),
};

const CREATE = v.object({
  ...SETTINGS,
  name: v.string(),
  id: v.optional(v.string()),
  type: v.optional(v.string(), "STANDARD"),
});

/** `POST /bucket` */
export const createBucket = forCaller(async ({ stack, request, claims }) => {
  const { name, id, type, ...settings } = await readJson(request, CREATE);
  if (type !== "STANDARD") throw featureNotEnabled();
  if (settings.versioning_status !== "DISABLED") throw versionsAbsent();
  requireBucketName(name);
  requireBucketName(id || name);
  const bytes = bytesOf(settings.file_size_limit, stack.maxBytes);
  const types = rangesOf(settings.allowed_mime_types);

  await stack.database.as(claims, (sql) =>
    sql.query(
      `insert into storage.buckets (id, name, owner, owner_id, public,
        file_size_limit, allowed_mime_types) values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        id || name,
        name,
        asUuid(claims.sub),
        claims.sub ?? null,
        settings.public ?? false,
        bytes ?? null,
        types ?? null,
      ],
    ));
  return Response.json({ name });
});

/** `PUT /bucket/:bucket`. What is not named stays. */
export const updateBucket = forCaller(async (call) => {
  const { stack, request, bucket, claims } = call;
  const settings = await readJson(request, v.object(SETTINGS));
  if (settings.versioning_status !== "DISABLED") throw versionsAbsent();
  requireBucketName(bucket);
  const bytes = bytesOf(settings.file_size_limit, stack.maxBytes);
  const types = rangesOf(settings.allowed_mime_types);

  const updated = await stack.database.as(claims, (sql) =>
    sql.query(
      `update storage.buckets set
        public = coalesce($2, public),
        file_size_limit = case when $3 then $4 else file_size_limit end,
        allowed_mime_types = case when $5 then $6 else allowed_mime_types end
        where id = $1 returning id`,
      [
        bucket,
        settings.public ?? null,
        bytes !== undefined,
        bytes ?? null,
        types !== undefined,
        types ?? null,
      ],
    ));
  if (updated.length === 0) throw noSuchBucket();
  return Response.json({ message: "Successfully updated" });
});

/** `GET /bucket/:bucket` */
export const getBucket = forCaller(async ({ stack, bucket, claims }) => {
  const [row] = await stack.database.as(claims, (sql) =>
    sql.query<Bucket>(
      `select ${COLUMNS} from storage.buckets where id = $1`,
      [bucket],
    ));
  if (row === undefined) throw noSuchBucket();
  return Response.json(row);
});

const SORT_COLUMNS = ["id", "name", "created_at", "updated_at"] as const;

/** Numbers, because a query has only text. */
const COUNT = v.pipe(v.string(), v.regex(/^\d{1,9}$/, "must be integer"));

const LIST = v.object({
  limit: v.optional(
    v.pipe(COUNT, v.check((it) => Number(it) >= 1, "must be >= 1")),
  ),
  offset: v.optional(COUNT, "0"),
  search: v.optional(v.string(), ""),
  sortColumn: v.optional(v.picklist(SORT_COLUMNS), "name"),
  sortOrder: v.optional(v.picklist(["asc", "desc"]), "asc"),
});

/** `GET /bucket?limit=&offset=&search=&sortColumn=&sortOrder=` */
export const listBuckets = forCaller(async ({ stack, query, claims }) => {
  const asked = check("querystring", LIST, Object.fromEntries(query));
  const { limit = null, offset, search, sortColumn, sortOrder } = asked;
  const rows = await stack.database.as(
    claims,
    (sql) =>
      sql.query<Bucket & { type: string }>(
        `select ${COLUMNS}, type from storage.buckets
        where strpos(lower(name), lower($1)) > 0
        order by ${sortColumn} ${sortOrder} limit $2 offset $3`,
        [search, limit, offset],
      ),
  );
  return Response.json(rows);
});

const UNIT_BYTES = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 };

/** Bytes of `20MB` and the like. Undefined and null mean what they meant. */
function bytesOf(
  limit: number | string | null | undefined,
  maxBytes: number,
): number | null | undefined {
  if (limit === null || limit === undefined) return limit;
  const bytes = typeof limit === "number" ? limit : parseBytes(limit);
  if (bytes > maxBytes) throw entityTooLarge();
  return bytes;
}

function parseBytes(text: string): number {
  const [, amount, unit] = text.toLowerCase()
    .match(/^(\d+(?:\.\d+)?)(b|kb|mb|gb)$/) ?? [];
  if (unit !== "b" && unit !== "kb" && unit !== "mb" && unit !== "gb") {
    throw invalidRequest(
      "Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B",
    );
  }
  return Math.round(Number(amount) * UNIT_BYTES[unit]);
}

function rangesOf(
  ranges: string[] | null | undefined,
): string[] | null | undefined {
  const named = ranges?.filter((range) => range !== "") ?? ranges;
  named?.forEach(requireRange);
  return named;
}
