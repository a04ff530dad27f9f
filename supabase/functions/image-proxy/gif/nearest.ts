/**
 * Which of some colours is next to another one. No I/O.
 *
 * @module
 */

/** Colours by their green: those that are far by that alone are not looked at. */
interface Sorted {
  /** Red, green and blue of each. */
  readonly channels: Int32Array;
  /** Which they were before. */
  readonly indices: readonly number[];
}

/**
 * Finds the index of what is next to 0xRRGGBB, as far as its upper 5 bits of
 * each tell: what is left is less than is seen. Each is looked for once.
 *
 * @example A light red
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { nearestOf } from "./nearest.ts";
 *
 * equal(nearestOf([0xffffff, 0xff0000, 0x000000])(0xee2211), 1);
 * ```
 */
export function nearestOf(
  colours: readonly number[],
): (colour: number) => number {
  const known = new Int16Array(1 << 15).fill(-1);
  const sorted = byGreen(colours);
  return (colour) => {
    const cell = colour >> 9 & 0x7c00 | colour >> 6 & 0x3e0 |
      colour >> 3 & 0x1f;
    const found = known[cell] ?? -1;
    return found >= 0 ? found : known[cell] = search(sorted, colour);
  };
}

function byGreen(colours: readonly number[]): Sorted {
  const green = (index: number) => (colours[index] ?? 0) >> 8 & 0xff;
  const indices = [...colours.keys()].sort((a, b) => green(a) - green(b));
  const channels = Int32Array.from(indices.flatMap((index) => {
    const colour = colours[index] ?? 0;
    return [colour >> 16, colour >> 8 & 0xff, colour & 0xff];
  }));
  return { channels, indices };
}

/** By the middle of the cell that `colour` is in, and squares of distances. */
function search({ channels, indices }: Sorted, colour: number): number {
  const red = colour >> 16 & 0xf8 | 4;
  const green = colour >> 8 & 0xf8 | 4;
  const blue = colour & 0xf8 | 4;
  let best = 0;
  let least = Infinity;
  // From the middle to both ends, as far as something better may come.
  const middle = firstFrom(channels, green);
  for (const step of [3, -3]) {
    let at = step > 0 ? middle : middle - 3;
    for (; at >= 0 && at < channels.length; at += step) {
      const g = (channels[at + 1] ?? 0) - green;
      if (g * g >= least) break;
      const r = (channels[at] ?? 0) - red;
      const b = (channels[at + 2] ?? 0) - blue;
      const distance = r * r + g * g + b * b;
      if (distance >= least) continue;
      least = distance;
      best = at / 3;
    }
  }
  return indices[best] ?? 0;
}

/** Where the first colour stands that has so much green, or more. */
function firstFrom(channels: Int32Array, green: number): number {
  let low = 0;
  let high = channels.length / 3;
  while (low < high) {
    const middle = low + high >> 1;
    if ((channels[3 * middle + 1] ?? 0) < green) low = middle + 1;
    else high = middle;
  }
  return 3 * low;
}
