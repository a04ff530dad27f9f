/**
 * Settling what is due without its clients: some closed the page, some never
 * meant to ask. A nudge starts it when something arrives, and cron what the
 * nudge has missed.
 *
 * @module
 */
import { SETTLING } from "./policy.ts";
import { settle, type World } from "./settle.ts";
import type { Upload } from "./upload.ts";

/** How a run went, in uploads. */
export interface Tally {
  readonly verified: number;
  readonly rejected: number;
  /** Somebody else has gone on with them, or removed them. */
  readonly elsewhere: number;
  /** They are tried again later. */
  readonly failed: number;
  /** Objects that were nobody's any more, and are gone. */
  readonly strays: number;
}

/**
 * Takes uploads that are due until none is left or the run has done its share.
 *
 * @param alert Is told of what fails. The run goes on.
 */
export async function settleDue(
  world: World,
  alert: (error: unknown) => void,
): Promise<Tally> {
  const tally = {
    verified: 0,
    rejected: 0,
    elsewhere: 0,
    failed: 0,
    strays: 0,
  };
  let left = SETTLING.maxUploads;
  let leftBytes = SETTLING.maxBytes;
  while (left > 0 && leftBytes > 0) {
    const size = Math.min(left, SETTLING.batch);
    const uploads = await world.arrivals.claim(size, SETTLING.batchBytes);
    if (uploads.length === 0) break;
    const outcomes = uploads.map((it) =>
      attempt(alert, () => outcomeOf(it, world))
    );
    for (const outcome of await Promise.all(outcomes)) tally[outcome]++;
    left -= uploads.length;
    leftBytes -= uploads.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  for (const stray of await world.arrivals.strays(SETTLING.maxUploads)) {
    const outcome = await attempt(alert, async () => {
      await world.objects.remove(stray);
      return "strays";
    });
    tally[outcome]++;
  }
  return tally;
}

async function outcomeOf(
  upload: Upload,
  world: World,
): Promise<keyof Tally> {
  const state = (await settle(upload, world))?.state;
  return state === "verified" || state === "rejected" ? state : "elsewhere";
}

/** What `work` comes to. One that fails is no reason to leave the others. */
async function attempt(
  alert: (error: unknown) => void,
  work: () => Promise<keyof Tally>,
): Promise<keyof Tally> {
  try {
    return await work();
  } catch (error) {
    alert(error);
    return "failed";
  }
}
