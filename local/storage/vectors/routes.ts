/**
 * `/storage/v1/vector`: Vector buckets, for an unmodified storage-js. The table
 * below is the whole surface.
 *
 * @module
 */
import { identify } from "../../keys.ts";
import { routeNotFound } from "../errors.ts";
import type { StorageStack } from "../visit.ts";
import {
  createVectorBucket,
  deleteVectorBucket,
  getVectorBucket,
  listVectorBuckets,
} from "./buckets.ts";
import type { VectorHandler } from "./call.ts";
import { accessDenied } from "./errors.ts";
import { createIndex, deleteIndex, getIndex, listIndexes } from "./indexes.ts";
import { queryVectors } from "./query.ts";
import { listVectors } from "./scan.ts";
import { deleteVectors, getVectors, putVectors } from "./vectors.ts";

/** By the last part of the path. All are POST. */
const HANDLERS: ReadonlyMap<string, VectorHandler> = new Map([
  ["/vector/CreateVectorBucket", createVectorBucket],
  ["/vector/DeleteVectorBucket", deleteVectorBucket],
  ["/vector/GetVectorBucket", getVectorBucket],
  ["/vector/ListVectorBuckets", listVectorBuckets],
  ["/vector/CreateIndex", createIndex],
  ["/vector/DeleteIndex", deleteIndex],
  ["/vector/GetIndex", getIndex],
  ["/vector/ListIndexes", listIndexes],
  ["/vector/PutVectors", putVectors],
  ["/vector/GetVectors", getVectors],
  ["/vector/ListVectors", listVectors],
  ["/vector/QueryVectors", queryVectors],
  ["/vector/DeleteVectors", deleteVectors],
]);

/**
 * Answers what is below `/vector`. `path` begins there.
 *
 * Throws what it refuses.
 */
export async function serveVectors(
  { database, keys }: Pick<StorageStack, "database" | "keys">,
  request: Request,
  path: string,
): Promise<Response> {
  const handler = HANDLERS.get(path);
  if (handler === undefined || request.method !== "POST") {
    return routeNotFound(request.method, path);
  }
  const identity = await identify(request, keys);
  if ("refused" in identity) {
    throw accessDenied(
      identity.refused === "no key"
        ? "Missing signature"
        : "Invalid Compact JWS",
    );
  }
  if (identity.claims.role !== "service_role") throw accessDenied();
  return await handler(database, request);
}
