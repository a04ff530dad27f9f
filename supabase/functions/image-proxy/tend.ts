/**
 * What is kept of public objects, brought up to date without anybody asking:
 * eager presets of what has come, nothing of what has gone.
 *
 * Every step looks at what is there, so that it may be cut off anywhere and
 * begun again.
 *
 * @module
 */
import { Problem } from "../_shared/problem.ts";
import { make } from "./make.ts";
import { TENDING } from "./policy.ts";
import { EAGER_PRESETS } from "./presets.ts";
import type { Shown, Studio } from "./request.ts";
import { variantName } from "./variants.ts";
import type { Change, Changes, Variants } from "./variant_store.ts";
import { wishOf } from "./wish.ts";

/** The outside world of a run. */
export interface Garden {
  readonly changes: Changes;
  readonly variants: Variants;
  /** Makes what is everybody's. */
  readonly studio: Studio;
  /** Is told of what fails. The run goes on. */
  alert(error: unknown): void;
}

/** How a run went. */
export interface Tally {
  made: number;
  removed: number;
  /** Objects that are tried again later. */
  failed: number;
}

/** Works on what is due, for as long as a run may. */
export async function tend(garden: Garden): Promise<Tally> {
  const tally: Tally = { made: 0, removed: 0, failed: 0 };
  const { changes, alert } = garden;
  let leftMs = TENDING.maxMs;
  while (leftMs > 0) {
    const claimed = await changes.claim(TENDING.batch);
    if (claimed.length === 0) break;
    for (const change of claimed) {
      // Whoever comes next gets what is left of these.
      if (leftMs <= 0) break;
      try {
        leftMs -= await tendOne(change, garden, tally);
        await changes.settle(change);
      } catch (error) {
        alert(error);
        tally.failed++;
      }
    }
  }
  const excess = await changes.excess(TENDING.maxExcess);
  await changes.remove(excess);
  tally.removed += excess.length;
  return tally;
}

/** Brings one object up to date; the answer is what it cost, in milliseconds. */
async function tendOne(
  { place, etag, variants: kept }: Change,
  { changes, variants, studio }: Garden,
  tally: Tally,
): Promise<number> {
  const current = `${place.bucket}/${place.path}/${etag}/`;
  const stale = kept.filter((name) => !name.startsWith(current));
  await changes.remove(stale);
  tally.removed += stale.length;
  if (etag === undefined) return 0;

  const missing = EAGER_PRESETS.flatMap((preset) => {
    const name = variantName({ place, etag, preset, dpr: 1, newer: [] });
    return name === undefined || kept.includes(name) ? [] : [{ preset, name }];
  });
  let ms = 0;
  for (const { preset, name } of missing) {
    const wish = wishOf({ preset }, "public");
    const shown = await attempt(() => make({ place, wish, newer: [] }, studio));
    // It has changed meanwhile: that is another change.
    if (shown?.about.etag !== etag) break;
    await variants.keep(name, shown);
    tally.made++;
    ms += Object.values(shown.timings).reduce((sum, it) => sum + it, 0);
  }
  return ms;
}

/** `undefined` for what is no picture, or too much of one: it stays that. */
async function attempt(work: () => Promise<Shown>): Promise<Shown | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return undefined;
    throw error;
  }
}
