import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { affordable } from "./cost.ts";
import { BUDGET } from "./policy.ts";
import type { Claim } from "./queue.ts";
import { claimOf, rowOf } from "./testing/desk.ts";

const KiB = 1024;

/** Rows with so many characters each, by a model of so many dimensions. */
function claim(lengths: readonly number[], dimensions = 100): Claim {
  const rows = lengths.map((it, n) => rowOf(n, "x".repeat(it)));
  const chunking = {
    format: "text",
    maxTokens: 256,
    overlapTokens: 32,
  } as const;
  return { ...claimOf(rows), chunking, dimensions };
}

const maxMs = 600;

/** How many rows of a claim can be afforded. */
function count(given: Claim, spentMs = 0): number {
  return affordable(given, { spentMs, maxMs }).rows.length;
}

Deno.test("affordable() has a whole batch of rows of a paragraph each", () => {
  const { rows } = claim(Array(BUDGET.claimRows).fill(KiB));

  strictEqual(count({ ...claim([]), rows }), BUDGET.claimRows);
});

Deno.test("affordable() has the first row of all, whatever it costs", () => {
  strictEqual(count(claim([10_000 * KiB, 1])), 1);
});

Deno.test("affordable() leaves a row that is more than what is left", () => {
  strictEqual(count(claim([500 * KiB]), 599), 0);
  strictEqual(count(claim([KiB, 10_000 * KiB, KiB])), 1);
});

Deno.test("affordable() leaves everything once all is spent", () => {
  strictEqual(count(claim([0]), maxMs), 0);
});

Deno.test("affordable() has fewer rows of longer vectors", () => {
  const lengths = Array(BUDGET.claimRows).fill(4 * KiB);

  ok(count(claim(lengths, 1536)) < count(claim(lengths, 100)));
});

Deno.test("affordable() adds up what the rows cost that it has", () => {
  const one = affordable(claim([KiB]), { spentMs: 0, maxMs });
  const two = affordable(claim([KiB, KiB]), { spentMs: 0, maxMs });

  ok(one.costMs > 0);
  strictEqual(two.costMs, 2 * one.costMs);
});

Deno.test("affordable() takes rows that have gone for nearly nothing", () => {
  const gone = Array.from({ length: BUDGET.claimRows }, (_, n) => rowOf(n));

  const { rows, costMs } = affordable(claimOf(gone), { spentMs: 0, maxMs });

  deepStrictEqual(rows, gone);
  ok(costMs < 20, `${costMs} ms`);
});
