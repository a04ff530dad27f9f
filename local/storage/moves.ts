/**
 * The route that moves an object. It gets another version there, as on the
 * platform, where its bytes are copied; here they get a second name.
 *
 * @module
 */
import * as v from "valibot";
import type { Sql } from "../database.ts";
import { discard, share } from "./bytes.ts";
import { noSuchKey } from "./errors.ts";
import { refuseVersion } from "./features.ts";
import { readJson } from "./json.ts";
import { requireBucketName, requireKey } from "./names.ts";
import { asUuid, type Key, selectObject } from "./objects.ts";
import { rehearse } from "./rehearsal.ts";
import { forCaller, STORAGE_ITSELF } from "./visit.ts";

const REQUEST = v.object({
  bucketId: v.string(),
  sourceKey: v.string(),
  destinationBucket: v.optional(v.string()),
  destinationKey: v.string(),
  sourceVersionId: v.optional(v.string()),
});

/** An object, where it is and where it goes. */
interface Move {
  readonly id: string;
  readonly from: Key;
  readonly to: Key;
  /** Becomes the owner. A secret key leaves the one there is. */
  readonly mover: string | undefined;
  readonly versions: readonly [from: string | null, to: string];
}

/** `POST /object/move`. The caller needs policies for select and update. */
export const moveObject = forCaller(async (call) => {
  const { stack: { database, folder }, request, claims } = call;
  const asked = await readJson(request, REQUEST);
  const from = [asked.bucketId, asked.sourceKey] as const;
  const to = [
    asked.destinationBucket ?? asked.bucketId,
    asked.destinationKey,
  ] as const;
  refuseVersion(asked.sourceVersionId);
  requireBucketName(from[0]);
  requireBucketName(to[0]);
  requireKey(to[1]);

  const move = await rehearse(database, claims, async (sql) => {
    const { id, version } = await selectObject(sql, from);
    const versions = [version, crypto.randomUUID()] as const;
    const rehearsed = { id, from, to, mover: claims.sub, versions };
    await rename(sql, rehearsed);
    return rehearsed;
  });
  const { versions } = move;
  await share(folder, versions);
  await database.as(STORAGE_ITSELF, (sql) => rename(sql, move))
    .catch(async (error) => {
      await discard(folder, versions[1]);
      throw error;
    });
  await discard(folder, versions[0]);
  return Response.json({ message: "Successfully moved" });
});

/**
 * By its id and version: another object may have come to the same place since.
 * Throws `NoSuchKey` if the object is not there, or is not to be changed.
 */
async function rename(
  sql: Sql,
  { id, from, to, mover, versions }: Move,
): Promise<void> {
  const moved = await sql.query(
    `update storage.objects set
      bucket_id = $4, name = $5,
      owner = coalesce($6, owner), owner_id = coalesce($7, owner_id),
      version = $9,
      metadata = metadata || jsonb_build_object('lastModified', $8::text)
      where id = $1 and bucket_id = $2 and name = $3
        and version is not distinct from $10 returning id`,
    [
      id,
      ...from,
      ...to,
      asUuid(mover),
      mover ?? null,
      new Date().toISOString(),
      versions[1],
      versions[0],
    ],
  );
  if (moved.length === 0) throw noSuchKey();
}
