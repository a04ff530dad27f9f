/**
 * The routes that delete objects. Rows go first: a file that is left over is
 * garbage, a row that is left over is a lie.
 *
 * @module
 */
import * as v from "valibot";
import { discard } from "./bytes.ts";
import { noSuchKey } from "./errors.ts";
import { readJson } from "./json.ts";
import { requireBucketName } from "./names.ts";
import { deleteObjects, type StoredObject } from "./objects.ts";
import { type Call, forCaller } from "./visit.ts";

/** `DELETE /object/:bucket/*` */
export const removeObject = forCaller(async (call) => {
  const removed = await remove(call, [call.name]);
  if (removed.length === 0) throw noSuchKey();
  return Response.json({ message: "Successfully deleted" });
});

const PREFIXES = v.object({
  prefixes: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(1000)),
});

/**
 * `DELETE /object/:bucket`. The prefixes are whole names, and those that the
 * caller may not delete are left out of the answer without a word.
 */
export const removeObjects = forCaller(async (call) => {
  const { prefixes } = await readJson(call.request, PREFIXES);
  return Response.json(await remove(call, prefixes));
});

async function remove(
  { stack, bucket, claims }: Call,
  names: readonly string[],
): Promise<StoredObject[]> {
  requireBucketName(bucket);
  const { database, folder } = stack;
  const removed = await deleteObjects(database, claims, [bucket, names]);
  for (const { version } of removed) await discard(folder, version);
  return removed;
}
