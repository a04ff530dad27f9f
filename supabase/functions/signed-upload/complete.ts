/**
 * Settling an upload while its owner waits.
 *
 * @module
 */
import { problem } from "../_shared/problem.ts";
import { storageUnavailable } from "../_shared/place.ts";
import { settle, type World } from "./settle.ts";
import type { Upload } from "./upload.ts";
import type { Taken } from "./uploads.ts";

const notArrived = problem(409, "Upload not arrived");
const objectChanged = problem(409, "Object changed");
const uploadRejected = problem(422, "Upload rejected");

/** How long somebody else is given who has the upload in hand: most take 50 ms. */
const PATIENCE = { looks: 20, pauseMs: 100 };

/** How often somebody else may have gone on with it meanwhile. */
const MAX_TURNS = 3;

/**
 * Settles the upload that `take` gives, however often it is asked. What a run of
 * `settle` or a second request has in hand is not looked at twice, unless they
 * take too long for it: they may be dead.
 *
 * @throws {Problem} "Upload not arrived", "Upload rejected" or "Object changed",
 * those of `take`, and "Storage unavailable": it is settled without the owner
 * then.
 */
export async function complete(
  take: () => Promise<Taken>,
  world: World,
): Promise<Upload> {
  let looks = PATIENCE.looks;
  for (let turns = MAX_TURNS; turns > 0;) {
    const { upload, isOurs } = await take();
    if (!isOurs && isPending(upload) && looks-- > 0) {
      await new Promise((go) => setTimeout(go, PATIENCE.pauseMs));
      continue;
    }
    const settled = await settle(upload, world);
    if (settled?.state === "verified") return settled;
    if (settled !== undefined) throw refusalOf(settled);
    turns--;
  }
  throw storageUnavailable("Cannot settle the upload at the moment");
}

function isPending({ state }: Upload): boolean {
  return state === "arrived" || state === "accepted";
}

function refusalOf({ state, reason, detail }: Upload) {
  switch (state) {
    case "open":
      return notArrived("Cannot complete it: nothing has arrived yet");
    case "rejected":
      return uploadRejected(detail ?? "The file cannot be kept", { reason });
    default:
      return objectChanged("The object is not the one that was verified");
  }
}
