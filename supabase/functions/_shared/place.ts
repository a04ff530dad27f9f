/**
 * Where objects are, and what may be wrong with what is there. No I/O.
 *
 * @module
 */
import { problem } from "./problem.ts";

/** Where an object is. */
export interface Place {
  readonly bucket: string;
  readonly path: string;
}

/** For an object that is absent, and for one that is not the caller's to see. */
export const objectNotFound = problem(404, "Object not found");

/** There is something at the place that an upload wants. */
export const objectExists = problem(409, "Object already exists");

/** Also for an answer that cannot be Storage's. */
export const storageUnavailable = problem(502, "Storage unavailable");
