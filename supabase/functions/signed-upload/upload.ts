/**
 * An upload: as the database describes it, and as its owner sees it.
 *
 * @module
 */
import * as v from "valibot";
import type { Place } from "../_shared/place.ts";

const place = v.object({ bucket: v.string(), path: v.string() });

/** The answer of `portico.describe_upload`, migration `…_uploads.sql`. */
export const Described = v.pipe(
  v.object({
    id: v.pipe(v.string(), v.uuid()),
    owner: v.string(),
    bucket: v.string(),
    path: v.string(),
    at: place,
    type: v.string(),
    bytes: v.number(),
    sha256: v.nullable(v.string()),
    state: v.picklist([
      "open",
      "arrived",
      "accepted",
      "verified",
      "rejected",
      "changed",
    ]),
    version: v.nullable(v.string()),
    etag: v.nullable(v.string()),
    quarantine: v.boolean(),
    reason: v.nullable(v.string()),
    detail: v.nullable(v.string()),
    createdAt: v.string(),
    expiresAt: v.string(),
    arrivedAt: v.nullable(v.string()),
    judgedAt: v.nullable(v.string()),
  }),
  v.transform(({ bucket, path, ...rest }) => {
    return { ...rest, object: { bucket, path } };
  }),
);

/** An upload, as the database remembers it. */
export type Upload = Readonly<v.InferOutput<typeof Described>>;

/** An upload, as its owner sees it. Times are RFC 3339. */
export interface Shown {
  readonly id: string;
  /** Where the object is, or will be once it is verified. */
  readonly object: Place;
  readonly type: string;
  readonly bytes: number;
  /**
   * `open` until the object is there; `arrived` until its bytes have been looked
   * at and it is in its place; then `verified`, or `rejected`. `changed`: it was
   * verified, and somebody has put other bytes there behind our back.
   */
  readonly state: "open" | "arrived" | "verified" | "rejected" | "changed";
  /** Why it was rejected: see verify.ts. */
  readonly reason: string | null;
  /** The same in words. */
  readonly detail: string | null;
  readonly createdAt: string;
  /** When the ticket ends, unless the object is there by then. */
  readonly expiresAt: string;
  readonly arrivedAt: string | null;
  /** When its bytes were looked at. */
  readonly judgedAt: string | null;
}

/** What the owner of an upload is shown of it. */
export function shown(upload: Upload): Shown {
  const { id, object, type, bytes, reason, detail } = upload;
  const { createdAt, expiresAt, arrivedAt, judgedAt } = upload;
  const state = upload.state === "accepted" ? "arrived" : upload.state;
  return {
    ...{ id, object, type, bytes, state, reason, detail },
    ...{ createdAt, expiresAt, arrivedAt, judgedAt },
  };
}
