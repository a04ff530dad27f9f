import { strictEqual } from "node:assert/strict";
import { breaks, LIMITS } from "./cost.ts";
import type { Header } from "./header/header.ts";

const FINE: Header = {
  format: "jpeg",
  size: { width: 10_000, height: 5_000 },
  passes: LIMITS.passes,
  keptBytes: LIMITS.keptBytes,
};

const CASES: [why: string, changed: Partial<Header>, broken?: string][] = [
  ["as much as is allowed", {}],
  [
    "I7 a column more",
    { size: { width: 10_001, height: 5_000 } },
    "pixels",
  ],
  ["I7 a line of pixels", { size: { width: 2 ** 31, height: 1 } }, "pixels"],
  ["a scan more", { passes: LIMITS.passes + 1 }, "passes"],
  ["a byte more", { keptBytes: LIMITS.keptBytes + 1 }, "bytes in memory"],
];

for (const [why, changed, broken] of CASES) {
  Deno.test(`${why} breaks ${broken ?? "no limit"}`, () => {
    strictEqual(breaks({ ...FINE, ...changed })?.what, broken);
  });
}
