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
import { maxPixelsOf, QUARANTINE } from "./policy.ts";
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
      return await putAway(judged, world.objects) ? judged : undefined;
    default:
      return judged;
  }
}

async function judge(
  upload: Upload,
  { arrivals, objects }: World,
): Promise<Upload | undefined> {
  const { at: place, bytes: size, etag, type, sha256, object } = upload;
  const maxPixels = maxPixelsOf(object.bucket);
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

/** Whether the object of a rejected upload is where nobody sees it, or gone. */
async function putAway(
  { id, owner, at, object, version, quarantine }: Upload,
  objects: Objects,
): Promise<boolean> {
  // There is none any more.
  if (version === null) return true;
  const hidden = { bucket: QUARANTINE, path: `${owner}/${id}` };
  const isInPlace = at.bucket === object.bucket && at.path === object.path;
  // Out of a place that another object may take, before anything is removed by
  // its name. The guard knows the version, and where it may go.
  const hides = at.bucket !== QUARANTINE && (quarantine || isInPlace);
  if (hides && !await objects.move(at, hidden)) return false;
  if (!quarantine) await objects.remove(hides ? hidden : at);
  return true;
}
