/**
 * Bitmaps in runs.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { dice } from "../index/random.ts";

/** Rows as they are stored, in runs and in what is spelt out, by chance. */
export function inRuns(
  rows: readonly (readonly number[])[],
  bits: number,
  seed: number,
): Uint8Array {
  const { below } = dice(seed);
  const parts = rows.map((row) => {
    const bytes: number[] = [];
    let x = 0;
    while (x < row.length) {
      const spelt = row.slice(x, x + 3 + below(6));
      if (below(2) === 0 && spelt.length >= 3) {
        bytes.push(0, spelt.length, ...even(inBytes(spelt, bits)));
        x += spelt.length;
        continue;
      }
      const run = runAt(row, x, bits);
      bytes.push(run.length, ...inBytes(run.slice(0, 8 / bits), bits));
      x += run.length;
    }
    return Buffer.from([...bytes, 0, 0]);
  });
  return Buffer.concat([...parts, Uint8Array.of(0, 1)]);
}

/** The pixels from `x` on that are the same, or the same two in turn. */
function runAt(row: readonly number[], x: number, bits: number): number[] {
  const period = 8 / bits;
  let end = x + 1;
  while (
    end < row.length && (end - x < period || row[end] === row[end - period])
  ) {
    end++;
  }
  return row.slice(x, end);
}

function inBytes(indexes: readonly number[], bits: number): number[] {
  if (bits === 8) return [...indexes];
  return Array.from(
    { length: Math.ceil(indexes.length / 2) },
    (_, i) => (indexes[2 * i] ?? 0) << 4 | (indexes[2 * i + 1] ?? 0),
  );
}

function even(bytes: readonly number[]): number[] {
  return bytes.length % 2 === 0 ? [...bytes] : [...bytes, 0];
}
