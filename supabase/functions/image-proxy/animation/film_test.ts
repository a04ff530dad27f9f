import { strictEqual } from "node:assert/strict";
import { durationOf, isClear, type Shot } from "./film.ts";

const size = { width: 9, height: 9 };
const SHOT: Shot = {
  part: { left: 0, top: 0, ...size },
  ...{ hasAlpha: false, isBlended: true, disposal: "keep", milliseconds: 0 },
  ...{ decodeNs: 0, decodeBytes: 0 },
};

const small = { left: 1, top: 1, width: 3, height: 3 };

/** All of the canvas but a row or a column. */
const LACKING = [
  { ...size, left: 1, top: 0 },
  { ...size, left: 0, top: 1 },
  { left: 0, top: 0, width: 8, height: 9 },
  { left: 0, top: 0, width: 9, height: 8 },
];

type Case = [why: string, shots: Partial<Shot>[], isClear: boolean];

const CASES: Case[] = [
  ["what hides all", [{}, {}], false],
  ["a first frame with alpha", [{ hasAlpha: true }, {}], true],
  ["a first frame that is smaller", [{ part: small }, {}], true],
  ...LACKING.map((part) =>
    [`a first frame of ${Object.values(part)}`, [{ part }, {}], true] as Case
  ),
  ["what is put upon it", [{}, { part: small, hasAlpha: true }], false],
  ["what takes its place", [{}, { hasAlpha: true, isBlended: false }], true],
  ["what is cleared", [{}, { disposal: "background" }], true],
  ["what was there before nothing", [{ disposal: "previous" }, {}], true],
  ["what was there before", [{}, { disposal: "previous" }], false],
];

for (const [why, shots, expected] of CASES) {
  Deno.test(`isClear() knows ${why}`, () => {
    const film = { size, shots: shots.map((it) => ({ ...SHOT, ...it })) };
    strictEqual(isClear(film), expected);
  });
}

Deno.test("durationOf() takes what is too short for a tenth of a second", () => {
  strictEqual(durationOf(0), 100);
  strictEqual(durationOf(10), 100);
  strictEqual(durationOf(11), 11);
});
