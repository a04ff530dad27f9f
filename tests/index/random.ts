/**
 * Chance that can be had again. No I/O.
 *
 * @module
 */

/** Chance, by a seed. */
export interface Dice {
  /** An integer from 0 to below `n`. */
  below(n: number): number;
}

/** The same throws for the same seed: mulberry32, by Tommy Ettinger. */
export function dice(seed: number): Dice {
  let state = seed;
  return {
    below(n) {
      state = state + 0x6d2b79f5 | 0;
      let t = Math.imul(state ^ state >>> 15, 1 | state);
      t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
      return ((t ^ t >>> 14) >>> 0) % n;
    },
  };
}
