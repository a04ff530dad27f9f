/**
 * The operation that lists objects, page by page, in the order of their bytes.
 *
 * @module
 */
import type { Metadata } from "../objects.ts";
import { requireBucketName } from "../names.ts";
import { rulesFor } from "../store.ts";
import type { S3Call } from "./call.ts";
import { invalidArgument } from "./errors.ts";
import { encode } from "./signature.ts";
import { type Content, xmlResponse } from "./xml.ts";

/** An object or, if it ends in the delimiter, all that begins with its key. */
interface Entry {
  readonly key: string;
  readonly "is_folder": boolean;
  readonly "updated_at": Date;
  readonly metadata: Partial<Metadata> | null;
}

/** However many are asked for. */
const MAX_KEYS = 1000;

// Of a folder the last key counts: a page that ends with it has shown it all.
const SELECTION = `
  with below as (
    select name, updated_at, metadata,
      case when $3 <> '' and strpos(substr(name, length($2) + 1), $3) > 0
        then $2 || split_part(substr(name, length($2) + 1), $3, 1) || $3
      end as folder
    from storage.objects
    where bucket_id = $1 and starts_with(name, $2)
      and name collate "C" > $4
  )
  select coalesce(folder, name) as key, folder is not null as is_folder,
    max(updated_at) as updated_at, (array_agg(metadata))[1] as metadata
  from below
  where coalesce(folder, name) collate "C" > $5
  group by 1, 2
  order by coalesce(folder, name) collate "C"
  limit $6`;

/** `GET /:bucket?list-type=2` */
export async function listObjectsV2(call: S3Call): Promise<Response> {
  const { stack, query, bucket, claims } = call;
  requireBucketName(bucket);
  await rulesFor(stack, { bucket, name: "" });
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const after = query.get("start-after") ?? "";
  const token = query.get("continuation-token");
  const limit = Math.min(countOf(query.get("max-keys")), MAX_KEYS);

  // One more than is shown says whether there is more.
  const found = await stack.database.as(
    claims,
    (sql) =>
      sql.query<Entry>(SELECTION, [
        bucket,
        prefix,
        delimiter,
        after,
        token === null ? "" : decodeToken(token),
        limit + 1,
      ]),
  );
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  const show = query.get("encoding-type") === "url"
    ? encode
    : (text: string) => text;
  return xmlResponse({
    ListBucketResult: {
      Name: bucket,
      Prefix: show(prefix),
      Delimiter: delimiter === "" ? undefined : show(delimiter),
      StartAfter: after === "" ? undefined : show(after),
      ContinuationToken: token ?? undefined,
      NextContinuationToken: last && encodeToken(last.key),
      EncodingType: query.get("encoding-type") ?? undefined,
      KeyCount: page.length,
      MaxKeys: limit,
      IsTruncated: last !== undefined,
      Contents: page.filter((it) => !it.is_folder).map((it) => row(it, show)),
      CommonPrefixes: page.filter((it) => it.is_folder)
        .map(({ key }) => ({ Prefix: show(key) })),
    },
  });
}

function row(
  { key, updated_at: updatedAt, metadata }: Entry,
  show: (text: string) => string,
): Content {
  return {
    Key: show(key),
    LastModified: updatedAt,
    ETag: metadata?.eTag,
    Size: metadata?.size ?? 0,
    StorageClass: "STANDARD",
  };
}

/** Throws `InvalidArgument`. */
function countOf(text: string | null): number {
  if (!/^[1-9]\d{0,8}$/.test(text ?? "1")) throw invalidArgument();
  return Number(text ?? MAX_KEYS);
}

function encodeToken(key: string): string {
  return new TextEncoder().encode(key).toBase64();
}

/** Throws `InvalidArgument` for what no page has handed out. */
function decodeToken(token: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(token));
  } catch {
    throw invalidArgument("The continuation token provided is incorrect");
  }
}
