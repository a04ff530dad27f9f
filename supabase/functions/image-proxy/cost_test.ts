import { ok, strictEqual } from "node:assert/strict";
import { breaks, costOf, COSTS, isOffered, LIMITS, MOST_NS } from "./cost.ts";
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

Deno.test("the costs are the engine's own", async () => {
  const file = new URL("../../../engine/src/budget.h", import.meta.url);
  const text = await Deno.readTextFile(file);
  for (const [name, cost] of Object.entries(COSTS)) {
    const found = text.match(new RegExp(`COST_${name} = (\\d+)`))?.[1];
    strictEqual(found, String(cost), name);
  }
});

const PHOTO = {
  header: { ...FINE, passes: 1, keptBytes: 0 },
  bytes: 4_000_000,
  from: { width: 4_000, height: 3_000 },
};

Deno.test("what a camera makes becomes what a page shows", () => {
  const to = { width: 800, height: 600 };
  for (const format of ["webp", "jpeg", "png", "avif"] as const) {
    const job = { ...PHOTO, to, format };
    ok(costOf(job) <= MOST_NS, format);
    strictEqual(isOffered(job), true);
  }
});

Deno.test("AVIF is not offered where it would take too long", () => {
  const job = { ...PHOTO, format: "avif" } as const;
  const to = { width: 1_600, height: 1_200 };
  const header = { ...PHOTO.header, format: "avif" } as const;

  strictEqual(isOffered({ ...job, to }), false);
  strictEqual(isOffered({ ...job, to, format: "webp" }), true);
  // Nor of one that has to be decoded first.
  const small = { width: 800, height: 600 };
  strictEqual(isOffered({ ...job, header, to: small }), false);
});
