/**
 * Pixels of 16 and 32 bits, in which each channel has bits of its own. No I/O.
 *
 * @module
 */
import { unsupported } from "../header/refused.ts";

/** The bits of each channel: 0 where there is none. */
export interface Masks {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  readonly alpha: number;
}

/** What stands for a bitmap that does not say: [MS-WMF] 2.2.2.9, `BI_RGB`. */
export const USUAL_MASKS: Readonly<Record<number, Masks>> = {
  16: { red: 0x7c00, green: 0x3e0, blue: 0x1f, alpha: 0 },
  32: { red: 0xff0000, green: 0xff00, blue: 0xff, alpha: 0 },
};

/** A channel: `values[pixel >>> shift & most]`, of 0 to 255. */
export interface Channel {
  readonly shift: number;
  readonly most: number;
  readonly values: Uint8Array;
}

/** Finer ones are cut to this many bits, which are eight in the end. */
const FINEST = 16;

/**
 * Where a channel is, by its mask. The bits of a mask are side by side.
 *
 * @throws {Refused} If they are not.
 *
 * @example Green of 5, 6 and 5 bits
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { channelOf } from "./masks.ts";
 *
 * const { shift, most, values } = channelOf(0x07e0, 0);
 *
 * deepEqual([shift, most], [5, 63]);
 * deepEqual([values[0], values[32], values[63]], [0, 130, 255]);
 * ```
 */
export function channelOf(mask: number, absent: number): Channel {
  if (mask === 0) {
    return { shift: 0, most: 0, values: Uint8Array.of(absent) };
  }
  const lowest = 31 - Math.clz32(mask & -mask);
  const bits = 32 - Math.clz32(mask) - lowest;
  if (mask >>> lowest !== 2 ** bits - 1) {
    throw unsupported("The bits of a colour are apart");
  }
  const cut = Math.max(0, bits - FINEST);
  const most = 2 ** (bits - cut) - 1;
  const values = Uint8Array.from(
    { length: most + 1 },
    (_, value) => Math.round(value * 255 / most),
  );
  return { shift: lowest + cut, most, values };
}
