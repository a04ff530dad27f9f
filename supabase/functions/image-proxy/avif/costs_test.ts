import { ok, strictEqual } from "node:assert/strict";
import type { Coded } from "./coded.ts";
import {
  decodeCost,
  decodeMemory,
  encodeCost,
  encodeMemory,
  MAX_MEMORY,
  type Speed,
} from "./costs.ts";
import { DECODE_LIMITS } from "./decoder.ts";
import { ENCODE_COST } from "./encoder.ts";
import type { Header } from "./header.ts";

/** What is said of a picture of so many bytes, and so many frames. */
function headerOf(
  [width, height]: readonly [number, number],
  { depth = 8, hasAlpha = false, bytes = 0, frames = 1 }: {
    readonly depth?: 8 | 10 | 12;
    readonly hasAlpha?: boolean;
    readonly bytes?: number;
    readonly frames?: number;
  } = {},
): Header {
  const size = { width, height };
  const tile = { size, place: [], header: undefined, frames };
  const picture: Coded = { size, columns: 1, rows: 1, tiles: [tile], depth };
  return {
    ...{ size, orientation: 1, hasAlpha, depth, isGrid: false, bytes, picture },
    colour: { primaries: 1, transfer: 13, matrix: 6, isFull: true },
    ...(hasAlpha ? { alpha: picture } : {}),
    isPremultiplied: false,
  };
}

const FULL_HD = [1920, 1080] as const;

const DECODED: [why: string, header: Header, isTaken: boolean][] = [
  ["Full HD", headerOf(FULL_HD, { bytes: 2e6 }), true],
  ["Full HD of 10 bits", headerOf(FULL_HD, { depth: 10 }), false],
  ["Full HD with alpha", headerOf(FULL_HD, { hasAlpha: true }), false],
  ["1,200 × 900 with alpha", headerOf([1200, 900], { hasAlpha: true }), true],
  ["1,400 × 1,000 of 12 bits", headerOf([1400, 1000], { depth: 12 }), true],
  ["4K", headerOf([3840, 2160]), false],
  ["1 MP of noise", headerOf([1000, 1000], { bytes: 2e6 }), true],
  ["1 MP of 9 MB", headerOf([1000, 1000], { bytes: 9e6 }), false],
  ["1 MP in 4 layers", headerOf([1000, 1000], { frames: 4 }), true],
  ["1.5 MP in 4 layers", headerOf([1500, 1000], { frames: 4 }), false],
];

for (const [why, header, isTaken] of DECODED) {
  Deno.test(`${why} is ${isTaken ? "" : "not "}decoded`, () => {
    const isCheap = decodeCost(header) <= DECODE_LIMITS.cost;
    const isSmall = decodeMemory(header) <= MAX_MEMORY;

    strictEqual(isCheap && isSmall, isTaken);
  });
}

const ENCODED: [
  [number, number],
  Speed,
  hasAlpha: boolean,
  isTaken: boolean,
][] = [
  [[1200, 900], 9, false, true],
  [[1200, 900], 10, false, true],
  [[1200, 1200], 9, false, false],
  [[1000, 1000], 9, true, true],
  [[1200, 900], 9, true, false],
  [[600, 400], 8, false, true],
  [[800, 533], 8, false, false],
  [[100, 100], 7, false, true],
  [[100, 100], 6, false, false],
];

for (const [[width, height], speed, hasAlpha, isTaken] of ENCODED) {
  const what = `${width} × ${height}${hasAlpha ? " with alpha" : ""}`;
  Deno.test(`${what} is ${isTaken ? "" : "not "}encoded at speed ${speed}`, () => {
    const made = { width, height, hasAlpha };
    const isCheap = encodeCost(made, speed) <= ENCODE_COST;
    const isSmall = encodeMemory(made, speed) <= MAX_MEMORY;

    strictEqual(isCheap && isSmall, isTaken);
  });
}

Deno.test("speed 10 costs what speed 9 costs", () => {
  const made = { width: 300, height: 200, hasAlpha: true };

  strictEqual(encodeCost(made, 10), encodeCost(made, 9));
  ok(encodeCost(made, 9) < encodeCost(made, 8));
});
