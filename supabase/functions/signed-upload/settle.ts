/**
 * What happens to an upload once it has arrived: its bytes are looked at, and it
 * is moved to its place, or removed.
 *
 * Every step writes down what it did before the next begins, and may be done
 * twice: whoever dies here leaves the rest to whoever comes next.
 *
 * @module
 */
import { ObjectGone, type Objects } from "../_shared/objects.ts";
import type { Arrivals } from "./arrivals.ts";
import { bucketOf, QUARANTINE } from "./policy.ts";
import type { Upload } from "./upload.ts";

/** What settling needs. */
export interface World {
  readonly arrivals: Arrivals;
  readonly objects: Objects;
}

/**
 * Goes on with `upload` until nothing is left to do. Gives it as it is then, or
 * `undefined` if somebody else has gone on with it meanwhile, or removed it.
 *
 * @throws {Problem} "Storage unavailable" or "Database unavailable". What is
 * done stays done.
 */
export async function settle(
  upload: Upload,
  world: World,
): Promise<Upload | undefined> {
  const judged = upload.state === "arrived"
    ? await judge(upload, world)
    : upload;
  switch (judged?.state) {
    case "accepted": {
      const isOurs = await world.objects.move(judged.at, judged.object);
      return isOurs ? { ...judged, state: "verified" } : undefined;
    }
    case "rejected":
      // Without a version there is no object any more.
      if (judged.version !== null) await putAway(judged, world.objects);
      return judged;
    default:
      return judged;
  }
}

async function judge(
  upload: Upload,
  { arrivals, objects }: World,
): Promise<Upload | undefined> {
  const { at: place, bytes: size, etag, type, sha256, object } = upload;
  const { maxPixels } = bucketOf(object.bucket);
  const claim = { type, bytes: size, maxPixels, sha256: sha256 ?? undefined };
  // Now and not before: who asks for a ticket need not wait for it to load.
  const { verify } = await import("./verify.ts");
  const verdict = await verify(objects.open({ place, size, etag }), claim)
    .catch(ifGone);
  return verdict && await arrivals.judge(upload, verdict);
}

function ifGone(error: unknown): undefined {
  if (!(error instanceof ObjectGone)) throw error;
}

async function putAway(
  { id, owner, at, object }: Upload,
  objects: Objects,
): Promise<void> {
  if (bucketOf(object.bucket).violators === "delete") {
    await objects.remove(at);
  } else {
    // The guard knows this name, and lets it in.
    await objects.move(at, { bucket: QUARANTINE, path: `${owner}/${id}` });
  }
}
