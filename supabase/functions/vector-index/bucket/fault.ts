/**
 * What a Vector bucket could not do. No I/O.
 *
 * @module
 */
import type { StorageError } from "../../_shared/storage_error.ts";

/**
 * Why, as far as it matters to whoever asked:
 *
 * - `rejected`: some of what was sent is at fault. Sending less finds which.
 * - `gone`: there is no such index, or no such bucket.
 * - `taken`: there is one of that name already.
 * - `limited`: too much was asked for. Nobody is at fault; wait `retryS`.
 * - `refused`: Storage does not let us, or has no Vector buckets. Waiting does
 *   not help.
 * - `failed`: down, slow, or not answering as it should. Nobody knows whether it
 *   was done. Try again later.
 */
export type FaultKind =
  | "rejected"
  | "gone"
  | "taken"
  | "limited"
  | "refused"
  | "failed";

/** Its message holds nothing of what was sent; `said` may. */
export class BucketFault extends Error {
  override readonly name = "BucketFault";
  constructor(
    readonly kind: FaultKind,
    message: string,
    readonly more: {
      /** Seconds that the bucket wants to be left alone for, if it said so. */
      readonly retryS?: number | undefined;
      /** Its own words. */
      readonly said?: string;
    } = {},
  ) {
    super(message);
  }
}

/** An answer that is none. */
export interface Failure {
  readonly status: number;
  readonly error: StorageError;
  readonly retryS?: number | undefined;
}

/**
 * What an answer means. Storage may say 400 in the status line, and what it means
 * in the body; and what is not Storage's words is somebody's in between.
 *
 * @example A proxy has no index that is gone
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { faultOf } from "./fault.ts";
 *
 * const nobody = { statusCode: "", error: "", code: "", message: "" };
 * const error = { ...nobody, statusCode: "404", code: "NotFoundException" };
 *
 * equal(faultOf({ status: 404, error }).kind, "gone");
 * equal(faultOf({ status: 404, error: nobody }).kind, "refused");
 * ```
 */
export function faultOf({ status, error, retryS }: Failure): BucketFault {
  const meant = Number(error.statusCode) || status;
  const word = error.code || error.error;
  const message = `Storage has answered ${meant} ${word}`.trimEnd();
  const kind = kindOf(meant, word);
  return new BucketFault(kind, message, { retryS, said: error.message });
}

function kindOf(status: number, word: string): FaultKind {
  switch (status) {
    case 400:
      if (/^S3VectorMax/.test(word)) return "refused";
      return word === "" ? "failed" : "rejected";
    case 401:
    case 403:
    case 405:
      return "refused";
    case 404:
      return /NotFoundException|NoSuch/.test(word) ? "gone" : "refused";
    case 409:
      return "taken";
    case 413:
    case 422:
      return "rejected";
    case 429:
      return "limited";
    default:
      return "failed";
  }
}

/** What was thrown, as a fault. `lateMs` if that is how long nothing was said. */
export function faultThat(error: unknown, lateMs?: number): BucketFault {
  if (error instanceof BucketFault) return error;
  return new BucketFault(
    "failed",
    lateMs === undefined
      ? "Storage cannot be reached, or has answered what nobody can read"
      : `Storage has not answered within ${lateMs} ms`,
  );
}
