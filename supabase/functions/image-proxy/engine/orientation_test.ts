import { deepStrictEqual } from "node:assert/strict";
import type { Part } from "./geometry.ts";
import { asStored, type Orientation } from "./orientation.ts";

const UPRIGHT = { width: 40, height: 30 };

/** The upper left corner of the upright picture, 4 × 2, by orientation. */
const CORNERS: [Orientation, Part][] = [
  [1, { left: 0, top: 0, width: 4, height: 2 }],
  [2, { left: 36, top: 0, width: 4, height: 2 }],
  [3, { left: 36, top: 28, width: 4, height: 2 }],
  [4, { left: 0, top: 28, width: 4, height: 2 }],
  [5, { left: 0, top: 0, width: 2, height: 4 }],
  [6, { left: 0, top: 36, width: 2, height: 4 }],
  [7, { left: 28, top: 36, width: 2, height: 4 }],
  [8, { left: 28, top: 0, width: 2, height: 4 }],
];

for (const [orientation, part] of CORNERS) {
  Deno.test(`asStored() finds the corner of orientation ${orientation}`, () => {
    const corner = { left: 0, top: 0, width: 4, height: 2 };
    const size = { width: 8, height: 4 };
    const turned = orientation < 5 ? size : { width: 4, height: 8 };

    const plan = asStored({ part: corner, size }, UPRIGHT, orientation);

    deepStrictEqual(plan, { part, size: turned });
  });
}
