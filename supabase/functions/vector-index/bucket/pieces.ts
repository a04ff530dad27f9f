/**
 * What is sent to a Vector bucket, and how much of it at once. No I/O.
 *
 * @module
 */
import { MiB } from "../../_shared/units.ts";
import type { Piece, Row } from "./ledger.ts";

/**
 * In bytes, of all metadata of a vector as JSON. S3 Vectors takes 40 KB of it:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-limitations.html
 */
const MAX_METADATA = 40_000;

/** In bytes, of a body. Storage takes 20 MB, and the run has to hold it. */
const MAX_BODY = 6 * MiB;

/** A row, and its vectors as they are sent. */
export interface Sent {
  readonly row: Row;
  readonly vectors: readonly string[];
  readonly bytes: number;
}

/** A row as it is sent. */
export function sentOf(row: Row): Sent {
  const vectors = row.vectors.map((piece) => vectorOf(row, piece));
  const bytes = vectors.reduce((sum, it) => sum + bytesOf(it) + 1, 0);
  return { row, vectors, bytes };
}

/**
 * A vector as JSON. A text that is too long for the metadata is cut: the other
 * members are what searches filter by.
 *
 * @example A text is said with the rest of it
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { vectorOf } from "./pieces.ts";
 *
 * const piece = { n: 0, vector: "[1,0]", metadata: '{"n": 0}', content: "Hi" };
 *
 * equal(
 *   vectorOf({ name: "[7]" }, piece),
 *   '{"key":"[7]#0","data":{"float32":[1,0]},"metadata":{"n": 0,"content":"Hi"}}',
 * );
 * ```
 */
export function vectorOf(
  { name }: Pick<Row, "name">,
  { n, vector, metadata, content }: Piece,
): string {
  const key = JSON.stringify(`${name}#${n}`);
  // It has members of its own, which are ours.
  const said = `${metadata.slice(0, -1)},"content":`;
  const text = fitting(content, MAX_METADATA - bytesOf(said) - 1);
  return `{"key":${key},"data":{"float32":${vector}},"metadata":${said}${text}}}`;
}

/** As much of `text` from its beginning as is `max` bytes of JSON. */
function fitting(text: string, max: number): string {
  const whole = JSON.stringify(text);
  // No character is more than three bytes.
  if (whole.length * 3 <= max || bytesOf(whole) <= max) return whole;
  let [least, most] = [0, text.length];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    const part = JSON.stringify(text.slice(0, middle));
    if (bytesOf(part) <= max) least = middle;
    else most = middle - 1;
  }
  return JSON.stringify(text.slice(0, least).toWellFormed());
}

/**
 * The names of vectors that a row has no more.
 *
 * @example A row that had three pieces and has one
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { surplusOf } from "./pieces.ts";
 *
 * deepEqual(surplusOf({ name: "[7]", keep: 1, there: 3 }), ["[7]#1", "[7]#2"]);
 * ```
 */
export function surplusOf(
  { name, keep, there }: Pick<Row, "name" | "keep" | "there">,
): string[] {
  const length = Math.max(0, there - keep);
  return Array.from({ length }, (_, at) => `${name}#${keep + at}`);
}

/** Rows that are sent together: a body has room for them, or is for one. */
export function bodiesOf(
  rows: readonly Sent[],
  max = MAX_BODY,
): readonly (readonly Sent[])[] {
  const bodies: Sent[][] = [];
  let bytes = Infinity;
  for (const row of rows) {
    if (bytes + row.bytes > max) {
      bodies.push([]);
      bytes = 0;
    }
    bodies.at(-1)?.push(row);
    bytes += row.bytes;
  }
  return bodies;
}

const encoder = new TextEncoder();

function bytesOf(text: string): number {
  return encoder.encode(text).length;
}
