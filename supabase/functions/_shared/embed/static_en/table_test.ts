import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { addRow, DIMENSIONS, MOST, pack, STEP, tableOf } from "./table.ts";

const WORDS = ["one", "über"];
const steps = Int8Array.from(
  { length: WORDS.length * DIMENSIONS },
  (_, at) => at % (2 * MOST + 1) - MOST,
);

Deno.test("tableOf() has the words that were packed, by their rank", () => {
  const { ranks } = tableOf(pack(WORDS, steps), WORDS.length);

  deepStrictEqual([...ranks], [["one", 0], ["über", 1]]);
});

for (const [rank, word] of WORDS.entries()) {
  Deno.test(`addRow() adds every number of "${word}", from -7 to 7 steps`, () => {
    const table = tableOf(pack(WORDS, steps), WORDS.length);
    const sum = new Float64Array(DIMENSIONS).fill(1);

    addRow(table, { rank, times: 2 }, sum);

    const row = steps.subarray(rank * DIMENSIONS, (rank + 1) * DIMENSIONS);
    deepStrictEqual(sum, Float64Array.from(row, (it) => 1 + 2 * STEP * it));
  });
}

Deno.test("pack() takes half a byte for a number", () => {
  const size = pack(WORDS, steps).length;

  strictEqual(size, WORDS.length * DIMENSIONS / 2 + "one\nüber".length + 1);
});
