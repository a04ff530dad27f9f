/**
 * Settling an upload while its owner waits.
 *
 * @module
 */
import { problem } from "../_shared/problem.ts";
import { storageUnavailable } from "../_shared/storage.ts";
import { settle, type World } from "./settle.ts";
import type { Upload } from "./upload.ts";

const notArrived = problem(409, "Upload not arrived");
const objectChanged = problem(409, "Object changed");
const uploadRejected = problem(422, "Upload rejected");

/**
 * Somebody else may go on with the upload at the same time: a second request, or
 * a run of `settle`. Then what they have done is looked at, this many times.
 */
const MAX_LOOKS = 3;

/**
 * Settles the upload that `show` gives, however often it is asked.
 *
 * @throws {Problem} "Upload not arrived", "Upload rejected" or "Object changed",
 * those of `show`, and "Storage unavailable": it is settled without the owner
 * then.
 */
export async function complete(
  show: () => Promise<Upload>,
  world: World,
): Promise<Upload> {
  for (let look = 0; look < MAX_LOOKS; look++) {
    const upload = await settle(await show(), world);
    switch (upload?.state) {
      case "verified":
        return upload;
      case "rejected":
        throw uploadRejected(upload.detail ?? "The file cannot be kept", {
          reason: upload.reason,
        });
      case "open":
        throw notArrived("Cannot complete it: nothing has arrived yet");
      case "changed":
        throw objectChanged("The object is not the one that was verified");
    }
  }
  throw storageUnavailable("Cannot settle the upload at the moment");
}
