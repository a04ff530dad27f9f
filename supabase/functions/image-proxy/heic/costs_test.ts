import { ok, strictEqual } from "node:assert/strict";
import { MiB } from "../../_shared/units.ts";
import type { Coded } from "./coded.ts";
import { decodeCost, decodeMemory, workOf } from "./costs.ts";
import type { Header } from "./header.ts";
import type { Chroma } from "./sps.ts";

interface Wanted {
  readonly chroma?: Chroma;
  readonly depth?: 8 | 10;
  readonly bytes?: number;
  /** Across and down, of 512 × 512 each. */
  readonly tiles?: readonly [number, number];
}

/** What is said of a picture, as one or as a phone's tiles. */
function headerOf(
  [width, height]: readonly [number, number],
  { chroma = 1, depth = 8, bytes = 0, tiles = [1, 1] }: Wanted = {},
): Header {
  const colour = { primaries: 2, transfer: 2, matrix: 6, isFull: true };
  const [columns, rows] = tiles;
  const isGrid = columns * rows > 1;
  const whole = { width, height };
  const size = isGrid ? { width: 512, height: 512 } : whole;
  const sets = { lengthBytes: 4, sps: new Uint8Array(), pps: [] };
  const header = { size, coded: size, chroma, depth, colour, sets };
  const length = bytes / (columns * rows);
  const tile = { size, place: [{ at: 0, length }], header, frames: 1 };
  const picture: Coded = {
    size: whole,
    columns,
    rows,
    tiles: Array.from({ length: columns * rows }, () => tile),
    depth,
  };
  return {
    ...{ size: whole, orientation: 1, hasAlpha: false, depth, isGrid },
    ...{ colour, bytes, picture, isPremultiplied: false },
  };
}

/** 1.8 s, without what the engine takes for 800 pixels of them, as WebP. */
const ROWS: [why: string, header: Header, isDecoded: boolean][] = [
  [
    "12 MP of a phone",
    headerOf([4032, 3024], { tiles: [8, 6], bytes: 3e6 }),
    true,
  ],
  [
    "24 MP of a phone",
    headerOf([5712, 4284], { tiles: [12, 9], bytes: 5e6 }),
    true,
  ],
  [
    "48 MP of a phone",
    headerOf([8064, 6048], { tiles: [16, 12], bytes: 8e6 }),
    false,
  ],
  ["10 MP at once", headerOf([3648, 2736], { bytes: 3e6 }), true],
  ["16 MP at once", headerOf([4608, 3456], { bytes: 3e6 }), false],
  ["8 MP of 10 bits at once", headerOf([3264, 2448], { depth: 10 }), false],
  [
    "4 MP of 10 bits in 4:4:4",
    headerOf([2000, 2000], { depth: 10, chroma: 3 }),
    false,
  ],
  [
    "3 MP of 10 bits in 4:4:4",
    headerOf([2000, 1500], { depth: 10, chroma: 3 }),
    true,
  ],
];

for (const [why, header, isDecoded] of ROWS) {
  Deno.test(`${why} is ${isDecoded ? "" : "not "}decoded`, () => {
    const { width, height } = header.size;
    const left = 1_800_000_000 - 180_000_000 - 8 * width * height -
      470 * 800 * 600;

    const fits = decodeCost(header) <= left &&
      decodeMemory(header) <= 48 * MiB;

    strictEqual(fits, isDecoded);
  });
}

Deno.test("workOf() leaves a small picture whatever its blocks may take", () => {
  const header = headerOf([1000, 1000]);

  // All in blocks of 4 × 4, a block and a half a pixel's sixteenth, none zero.
  const most = 1.5e6 / 16 * (430 + 310 + 16 * 17);

  ok(workOf(header, false) >= most);
  ok(workOf(header, true) > workOf(header, false));
});

Deno.test("workOf() has no time for filters of 24 MP", () => {
  const phone = headerOf([5712, 4284], { tiles: [12, 9], bytes: 5e6 });

  // What the photograph of the README has taken in its blocks.
  ok(workOf(phone, true) > 381_000_000);
  ok(workOf(phone, false) < 381_000_000);
});
