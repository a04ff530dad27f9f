import { deepStrictEqual } from "node:assert/strict";
import { type Plan, planOf, type Size, type Wanted } from "./geometry.ts";

const WIDE: Size = { width: 400, height: 200 };
const WHOLE = { left: 0, top: 0, ...WIDE };

function size(width: number, height: number): Size {
  return { width, height };
}

const PLANS: [why: string, wanted: Wanted, expected: Plan][] = [
  ["nothing wanted", {}, { part: WHOLE, size: WIDE }],
  ["a width alone", { width: 100 }, { part: WHOLE, size: size(100, 50) }],
  ["a height alone", { height: 100 }, { part: WHOLE, size: size(200, 100) }],
  [
    "a height alone, to be covered",
    { height: 100, fit: "cover" },
    { part: WHOLE, size: size(200, 100) },
  ],
  [
    "contain, where the width is what limits",
    { width: 100, height: 100, fit: "contain" },
    { part: WHOLE, size: size(100, 50) },
  ],
  [
    "contain, where the height is",
    { width: 300, height: 100, fit: "contain" },
    { part: WHOLE, size: size(200, 100) },
  ],
  [
    "contain, with less than half a pixel",
    { width: 1, height: 9, fit: "contain" },
    { part: WHOLE, size: size(1, 1) },
  ],
  [
    "fill",
    { width: 30, height: 90, fit: "fill" },
    { part: WHOLE, size: size(30, 90) },
  ],
  [
    "cover, from the centre",
    { width: 100, height: 100 },
    { part: { left: 100, top: 0, ...size(200, 200) }, size: size(100, 100) },
  ],
  [
    "cover, from the right",
    { width: 100, height: 100, gravity: { x: 1, y: 0 } },
    { part: { left: 200, top: 0, ...size(200, 200) }, size: size(100, 100) },
  ],
  [
    "cover, from the top",
    { width: 400, height: 100, gravity: { x: 0, y: 0 } },
    { part: { left: 0, top: 0, ...size(400, 100) }, size: size(400, 100) },
  ],
  [
    "cover, enlarged",
    { width: 800, height: 800 },
    { part: { left: 100, top: 0, ...size(200, 200) }, size: size(800, 800) },
  ],
];

for (const [why, wanted, expected] of PLANS) {
  Deno.test(`planOf() plans ${why}`, () => {
    deepStrictEqual(planOf(WIDE, wanted), expected);
  });
}
