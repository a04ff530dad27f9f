/**
 * The routes that delete objects. Rows go first: a file that is left over is
 * garbage, a row that is left over is a lie.
 *
 * @module
 */
import * as v from "valibot";
import { discard } from "./bytes.ts";
import { accessDenied } from "./errors.ts";
import { refuseVersion, versionsAbsent } from "./features.ts";
import { readJson } from "./json.ts";
import { requireBucketName } from "./names.ts";
import { deleteObjects, findObject, type StoredObject } from "./objects.ts";
import { type Call, forCaller, STORAGE_ITSELF } from "./visit.ts";

/** `DELETE /object/:bucket/*` */
export const removeObject = forCaller(async (call) => {
  const { stack, query, bucket, name } = call;
  refuseVersion(query.get("versionId"));
  const removed = await remove(call, [name]);
  if (removed.length === 0) {
    // Here, as in the real server, a stranger learns that there is an object.
    await findObject(stack.database, STORAGE_ITSELF, [bucket, name]);
    throw accessDenied();
  }
  return Response.json({ message: "Successfully deleted" });
});

const ENTRY = v.union([
  v.string(),
  v.object({ path: v.string(), versionId: v.string() }),
]);

const PREFIXES = v.object({
  prefixes: v.pipe(v.array(ENTRY), v.minLength(1), v.maxLength(1000)),
});

/**
 * `DELETE /object/:bucket`. The prefixes are whole names, and those that the
 * caller may not delete are left out of the answer without a word.
 */
export const removeObjects = forCaller(async (call) => {
  const { prefixes } = await readJson(call.request, PREFIXES);
  const names = prefixes.filter((entry) => typeof entry === "string");
  if (names.length < prefixes.length) throw versionsAbsent();
  return Response.json(await remove(call, names));
});

/** Those of `names` that the caller may delete are, and returned. */
export async function remove(
  { stack, bucket, claims }: Call,
  names: readonly string[],
): Promise<StoredObject[]> {
  requireBucketName(bucket);
  const { database, folder } = stack;
  const removed = await database.as(
    claims,
    (sql) => deleteObjects(sql, [bucket, names]),
  );
  for (const { version } of removed) await discard(folder, version);
  return removed;
}
