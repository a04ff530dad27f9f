/**
 * What is kept of public objects, brought up to date without anybody asking:
 * eager presets of what has come, nothing of what has gone.
 *
 * Every step looks at what is there, so that it may be cut off anywhere and
 * begun again.
 *
 * @module
 */
import type { Made } from "./codec.ts";
import { Problem } from "../_shared/problem.ts";
import { LOAD, TENDING } from "./policy.ts";
import { EAGER_PRESETS } from "./presets.ts";
import { render } from "./render.ts";
import type { Sources } from "./sources.ts";
import { variantName } from "./variants.ts";
import type { Change, Changes, Variants } from "./variant_store.ts";
import { wishOf } from "./wish.ts";

/** The outside world of a run. */
export interface Garden {
  readonly changes: Changes;
  readonly variants: Variants;
  readonly sources: Sources;
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
  { changes, variants, sources }: Garden,
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
  if (missing.length === 0) return 0;
  const source = await sources.read(place, LOAD.maxBytes);
  // It has changed meanwhile: that is another change.
  if (source.etag !== etag) return 0;
  let ms = 0;
  for (const { preset, name } of missing) {
    const wish = wishOf({ preset }, "public");
    const made = await attempt(() => render(source.bytes, { wish, newer: [] }));
    if (made === undefined) break;
    await variants.keep(name, made);
    tally.made++;
    ms += Object.values(made.timings).reduce((sum, it) => sum + it, 0);
  }
  return ms;
}

/** `undefined` for what is no picture, or too much of one: it stays that. */
async function attempt(work: () => Promise<Made>): Promise<Made | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return undefined;
    throw error;
  }
}
