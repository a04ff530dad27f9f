/**
 * The kinds of bitmaps there are, one file of each.
 *
 * @module
 */
import {
  chance,
  type Claim,
  coloursOf,
  fileOf,
  headerOf,
  littleRows,
  packed,
  paletteOf,
  shown,
  SIZE,
} from "./bitmaps.ts";
import type { Known } from "../images/seen.ts";
import { inRuns } from "./runs.ts";

function indexed(name: string, claim: Claim, colours: number): Known {
  const rows = chance(claim.bits, Math.min(colours, 2 ** claim.bits));
  const table = coloursOf(colours);
  const isTopDown = (claim.height ?? 1) < 0;
  const stored = isTopDown ? rows : rows.toReversed();
  const data = claim.compression === 1 || claim.compression === 2
    ? inRuns(stored, claim.bits, 1)
    : packed(stored, claim.bits);
  const palette = paletteOf(table, claim.header === 12 ? 3 : 4);
  const file = fileOf(headerOf({ ...claim, colours }), palette, data);
  const pixels = shown(rows, table);
  return { name, file, size: SIZE, hasAlpha: false, pixels };
}

/** Bits of each channel from the highest: alpha, red, green, blue. */
type Layout = readonly [number, number, number, number];

function masksOf([alpha, red, green, blue]: Layout): number[] {
  const mask = (bits: number, at: number) =>
    bits === 0 ? 0 : (2 ** bits - 1) * 2 ** at;
  const all = [mask(red, green + blue), mask(green, blue), mask(blue, 0)];
  return alpha === 0 ? all : [...all, mask(alpha, red + green + blue)];
}

/** What a pixel shows, whose channels are in this order. */
function colourOf(pixel: number, layout: Layout): number[] {
  let rest = pixel;
  const [blue = 0, green = 0, red = 0, alpha = 0] = layout.toReversed().map(
    (bits) => {
      const value = rest % 2 ** bits;
      rest = Math.floor(rest / 2 ** bits);
      return bits === 0 ? 255 : Math.round(value * 255 / (2 ** bits - 1));
    },
  );
  return [red, green, blue, alpha];
}

function direct(name: string, claim: Claim, layout: Layout): Known {
  const rows = chance(claim.bits, 2 ** claim.bits);
  const isTopDown = (claim.height ?? 1) < 0;
  const data = littleRows(isTopDown ? rows : rows.toReversed(), claim.bits);
  const pixels = Uint8Array.from(
    rows.flat().flatMap((it) => colourOf(it, layout)),
  );
  const file = fileOf(headerOf(claim), new Uint8Array(), data, 6);
  return { name, file, size: SIZE, hasAlpha: layout[0] > 0, pixels };
}

function fields(name: string, header: number, layout: Layout): Known {
  const bits = layout.reduce((sum, it) => sum + it, 0) > 16 ? 32 : 16;
  const masks = masksOf(layout);
  const compression = header === 40 && masks.length === 4 ? 6 : 3;
  return direct(name, { header, bits, compression, masks }, layout);
}

const DOWN = { height: -SIZE.height };
const PLAIN = [0, 8, 8, 8] as const;

export const KINDS: readonly Known[] = [
  indexed("1 bit", { bits: 1 }, 2),
  indexed("2 bits", { bits: 2 }, 4),
  indexed("4 bits", { bits: 4 }, 16),
  indexed("4 bits, 5 colours", { bits: 4 }, 5),
  indexed("8 bits", { bits: 8 }, 256),
  indexed("8 bits, 100 colours", { bits: 8 }, 100),
  indexed("8 bits, top-down", { bits: 8, ...DOWN }, 256),
  indexed("1 bit of OS/2", { header: 12, bits: 1 }, 2),
  indexed("8 bits of OS/2", { header: 12, bits: 8 }, 256),
  indexed("8 bits of OS/2 2.x", { header: 64, bits: 8 }, 256),
  indexed("4 bits in runs", { bits: 4, compression: 2 }, 16),
  indexed("8 bits in runs", { bits: 8, compression: 1 }, 256),
  direct("16 bits", { bits: 16 }, [0, 5, 5, 5]),
  direct("24 bits", { bits: 24 }, PLAIN),
  direct("24 bits, top-down", { bits: 24, ...DOWN }, PLAIN),
  direct("24 bits of OS/2", { header: 12, bits: 24 }, PLAIN),
  direct("24 bits of OS/2 2.x, shortened", { header: 16, bits: 24 }, PLAIN),
  direct("24 bits of version 5", { header: 124, bits: 24 }, PLAIN),
  direct("32 bits", { bits: 32 }, PLAIN),
  direct("32 bits of version 4", { header: 108, bits: 32 }, PLAIN),
  fields("16 bits of 565", 40, [0, 5, 6, 5]),
  fields("16 bits of 4444", 56, [4, 4, 4, 4]),
  fields("16 bits of 1555", 124, [1, 5, 5, 5]),
  fields("32 bits of 8888", 108, [8, 8, 8, 8]),
  fields("32 bits of 8888, masks behind", 40, [8, 8, 8, 8]),
  fields("32 bits of 0888 of version 2", 52, PLAIN),
  fields("32 bits of 2:10:10:10", 124, [2, 10, 10, 10]),
  fields("32 bits of 0:11:11:10", 124, [0, 11, 11, 10]),
  fields("32 bits of 0:4:20:8", 124, [0, 4, 20, 8]),
  direct(
    "32 bits that say alpha",
    { header: 108, bits: 32, masks: masksOf([8, 8, 8, 8]) },
    [8, 8, 8, 8],
  ),
];
