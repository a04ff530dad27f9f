/**
 * Chance that is the same every time: Mulberry32. No I/O.
 *
 * @module
 */

/** Whole numbers from 0 to `below` - 1. */
export type Random = (below: number) => number;

/** A row of them that `seed` begins. */
export function randomOf(seed: number): Random {
  let state = seed;
  return (below) => {
    state = state + 0x6d2b79f5 | 0;
    let bits = Math.imul(state ^ state >>> 15, state | 1);
    bits ^= bits + Math.imul(bits ^ bits >>> 7, bits | 61);
    return Math.floor(((bits ^ bits >>> 14) >>> 0) / 2 ** 32 * below);
  };
}

/** `count` of `all`, each once. */
export function sampleOf<T>(
  all: readonly T[],
  count: number,
  random: Random,
): T[] {
  const left = [...all];
  for (let at = 0; at < count && at < left.length; at++) {
    const other = at + random(left.length - at);
    left.splice(at, 1, ...left.splice(other, 1, ...left.slice(at, at + 1)));
  }
  return left.slice(0, count);
}
