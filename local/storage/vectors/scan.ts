/**
 * All vectors of an index, page by page.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../../database.ts";
import { invalidParameter } from "../errors.ts";
import { forBody } from "./call.ts";
import { AN_OBJECT, FLAG, INDEX_NAME, integerOf, TEXT } from "./fields.ts";
import { findIndex } from "./indexes.ts";
import { pageOf } from "./page.ts";
import { type Row, shown } from "./rows.ts";

/** Of a page. From src/storage/protocols/vector/limits.ts, as the segments. */
const MAX_PAGE = 1000;
const MAX_SEGMENTS = 16;

const LIST = v.object({
  vectorBucketName: TEXT,
  indexName: INDEX_NAME,
  maxResults: v.optional(integerOf(1, MAX_PAGE), 500),
  nextToken: v.optional(TEXT, ""),
  returnData: FLAG,
  returnMetadata: FLAG,
  segmentCount: v.optional(integerOf(1, MAX_SEGMENTS)),
  segmentIndex: v.optional(integerOf(0, MAX_SEGMENTS - 1)),
}, AN_OBJECT);

/** A part of an index. */
interface Part {
  readonly index: number;
  /** The last key of the page before, or empty. */
  readonly after: string;
  readonly limit: number;
  readonly segments: number;
  /** From 0. */
  readonly segment: number;
}

/** `ListVectors` */
export const listVectors = forBody(LIST, async (sql, asked) => {
  const { maxResults, nextToken: after, ...wanted } = asked;
  const segmented = segmentOf(asked);
  const { id: index } = await findIndex(sql, asked);
  const part = { ...segmented, index, after, limit: maxResults + 1 };
  const page = pageOf(await selectPart(sql, part), maxResults);
  return {
    vectors: page.shown.map((row) => shown(row, wanted)),
    nextToken: page.next?.key,
  };
});

/** Throws `InvalidParameter` unless both are given, or none. */
function segmentOf(
  { segmentCount, segmentIndex }: v.InferOutput<typeof LIST>,
): Pick<Part, "segments" | "segment"> {
  if ((segmentCount === undefined) !== (segmentIndex === undefined)) {
    throw invalidParameter(
      "segmentCount and segmentIndex must be provided together",
    );
  }
  const [segments, segment] = [segmentCount ?? 1, segmentIndex ?? 0];
  if (segment >= segments) {
    throw invalidParameter("segmentIndex must be less than segmentCount");
  }
  return { segments, segment };
}

/** Every row of an index, a page in memory at a time. */
export async function* scan(sql: Sql, index: number): AsyncGenerator<Row[]> {
  const part = { index, limit: MAX_PAGE, segments: 1, segment: 0 };
  let after = "";
  while (true) {
    const rows = await selectPart(sql, { ...part, after });
    if (rows.length > 0) yield rows;
    if (rows.length < MAX_PAGE) return;
    after = rows.at(-1)?.key ?? after;
  }
}

function selectPart(sql: Sql, part: Part): Promise<Row[]> {
  const { index, after, limit, segments, segment } = part;
  return sql.query<Row>(
    `select key, encode(data, 'base64') as data, metadata
      from storage_vectors.vectors
      where index_id = $1 and ($2 = '' or place > md5($2))
        and mod(abs(hashtext(place)::bigint), $4) = $5
      order by place limit $3`,
    [index, after, limit, segments, segment],
  );
}
