/**
 * What it takes to index rows, so that a run ends before the platform ends it.
 * No I/O.
 *
 * @module
 */
import type { Claim, Row } from "./queue.ts";

/**
 * Milliseconds of CPU, under Deno 2.1.4: of each character that is cut and
 * embedded by `static-en`, which is the dearest; of each chunk; and of each
 * number of a vector on its way from a provider to the database. Measured as
 * `bench/README.md` says, `deployed`.
 */
const CHAR_MS = 0.0003;
const CHUNK_MS = 0.05;
const NUMBER_MS = 0.0003;

/** A token of English has four, and of other scripts fewer. */
const CHARS_PER_TOKEN = 3;

/** What can be done now. */
export interface Affordable {
  readonly rows: readonly Row[];
  /** In milliseconds of CPU. */
  readonly costMs: number;
}

/**
 * The rows at the beginning of a claim that come to `maxMs` at most, with what
 * was spent before. The first row of all may cost more: nobody else would have
 * it for less.
 *
 * @example Leave to the next run what is too much for this one
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { affordable } from "./cost.ts";
 *
 * const text = "word ".repeat(200_000);
 * const row = { key: "[1]", version: "1", text, hashes: [] };
 * const claim = {
 *   ...{ generation: 1, model: "static-en", dimensions: 100 },
 *   chunking: { format: "text", maxTokens: 256, overlapTokens: 32 },
 *   ...{ buried: 0, rows: [row, row, row] },
 * } as const;
 *
 * equal(affordable(claim, { spentMs: 0, maxMs: 600 }).rows.length, 1);
 * ```
 */
export function affordable(
  claim: Claim,
  { spentMs, maxMs }: { readonly spentMs: number; readonly maxMs: number },
): Affordable {
  const rows: Row[] = [];
  let costMs = 0;
  for (const row of claim.rows) {
    const more = costOf(row, claim);
    const total = spentMs + costMs;
    if (total > 0 && total + more > maxMs) break;
    rows.push(row);
    costMs += more;
  }
  return { rows, costMs };
}

function costOf({ text = "" }: Row, { chunking, dimensions }: Claim): number {
  const { maxTokens, overlapTokens } = chunking;
  const perChunk = CHARS_PER_TOKEN * (maxTokens - overlapTokens);
  const chunks = Math.ceil(text.length / perChunk);
  const each = CHUNK_MS + dimensions * NUMBER_MS;
  return CHUNK_MS + text.length * CHAR_MS + chunks * each;
}
