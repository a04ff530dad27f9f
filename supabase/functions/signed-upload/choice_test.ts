import { strictEqual } from "node:assert/strict";
import { MiB } from "../_shared/units.ts";
import { choose } from "./choice.ts";
import type { Protocol } from "./policy.ts";

const ALL: readonly Protocol[] = ["standard", "resumable", "s3"];

const AUTO: [
  expected: Protocol,
  bytes: number,
  offered: readonly Protocol[],
  because: RegExp,
][] = [
  ["standard", 1, ALL, /^One request is enough/],
  ["standard", 6 * MiB, ALL, /^One request is enough/],
  ["resumable", 6 * MiB + 1, ALL, /^Pieces survive/],
  ["s3", 6 * MiB + 1, ["standard", "s3"], /^Pieces survive/],
  ["standard", 6 * MiB + 1, ["standard"], /offers no other$/],
  ["resumable", 1, ["resumable"], /offers no other$/],
];

for (const [expected, bytes, offered, because] of AUTO) {
  Deno.test(`choose() takes ${expected} for ${bytes} bytes, of ${offered}`, () => {
    const choice = choose({ protocol: "auto", bytes }, offered);

    strictEqual(choice.protocol, expected);
    strictEqual(because.test(choice.because), true);
  });
}

Deno.test("choose() takes what was asked for", () => {
  const { protocol } = choose({ protocol: "s3", bytes: 1 }, ALL);

  strictEqual(protocol, "s3");
});
