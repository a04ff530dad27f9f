/**
 * The colours of a GIF: those that a picture has, or those that are next to
 * them. No I/O.
 *
 * @module
 */
import { nearestOf } from "./nearest.ts";
import { colourAt, SEEN } from "./pixels.ts";
import { quantised } from "./quantise.ts";

/** Colours, and which of them is taken for one. */
export interface Palette {
  /** 0xRRGGBB of each. */
  readonly colours: readonly number[];
  /** Whether it has all colours of the picture. */
  readonly isExact: boolean;
  /** The index of 0xRRGGBB, or of what is next to it. */
  indexOf(colour: number): number;
}

/**
 * What `pixels` are shown with: up to `most` colours, 1 to 256. Of pixels whose
 * alpha is below {@linkcode SEEN} nothing is seen.
 *
 * @example Two pixels of one colour, and one that is not seen
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { paletteOf } from "./palette.ts";
 *
 * const red = [255, 0, 0, 255];
 * const palette = paletteOf(Uint8Array.of(...red, ...red, 9, 9, 9, 0), 256);
 *
 * deepEqual(palette.colours, [0xff0000]);
 * deepEqual(palette.isExact, true);
 * ```
 */
export function paletteOf(pixels: Uint8Array, most: number): Palette {
  const all = coloursOf(pixels, most);
  if (all === undefined) {
    const colours = quantised(pixels, most);
    return { colours, isExact: false, indexOf: nearestOf(colours) };
  }
  const indexOf = (colour: number) => all.get(colour) ?? 0;
  return { colours: [...all.keys()], isExact: true, indexOf };
}

/** All colours by their index, if there are no more than `most`. */
function coloursOf(
  pixels: Uint8Array,
  most: number,
): Map<number, number> | undefined {
  const all = new Map<number, number>();
  let last = -1;
  for (let at = 0; at < pixels.length; at += 4) {
    if ((pixels[at + 3] ?? 0) < SEEN) continue;
    const colour = colourAt(pixels, at);
    if (colour === last) continue;
    last = colour;
    if (all.has(colour)) continue;
    if (all.size === most) return undefined;
    all.set(colour, all.size);
  }
  return all;
}
