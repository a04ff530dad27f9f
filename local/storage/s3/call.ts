/**
 * One request to S3, whose signature has been verified.
 *
 * @module
 */
import type { Call } from "../visit.ts";
import type { Payload } from "./payload.ts";

/** A request, who makes it, and what it brings. */
export interface S3Call extends Call {
  readonly payload: Payload;
}

/** Serves an operation. */
export type S3Handler = (call: S3Call) => Promise<Response>;
