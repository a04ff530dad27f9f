/**
 * Which characters a font has: OpenType 1.9.1, `cmap`, format 4. No I/O.
 *
 * @module
 */
import type { Run } from "./subset.ts";

/** Of the Unicode characters below U+10000. */
const FORMAT = 4;

/** All that `font` has a glyph for, in their order. */
export function charactersOf(font: Uint8Array): number[] {
  const view = new DataView(font.buffer, font.byteOffset, font.length);
  const cmap = tableAt(view, "cmap");
  const tables = Array.from(
    { length: view.getUint16(cmap + 2) },
    (_, i) => cmap + view.getUint32(cmap + 8 + 8 * i),
  );
  const table = tables.find((at) => view.getUint16(at) === FORMAT);
  if (table === undefined) throw new Error("Cannot read this font's cmap");
  return segments(view, table).flatMap((it) => found(view, it));
}

/**
 * Numbers that follow one another, as runs.
 *
 * @example Two runs
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { runsOf } from "./characters.ts";
 *
 * deepEqual(runsOf([3, 4, 5, 9]), [[3, 5], [9, 9]]);
 * ```
 */
export function runsOf(numbers: readonly number[]): Run[] {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run?.[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}

function tableAt(view: DataView, name: string): number {
  const count = view.getUint16(4);
  for (let at = 12; at < 12 + 16 * count; at += 16) {
    const tag = [0, 1, 2, 3].map((i) => view.getUint8(at + i));
    if (String.fromCharCode(...tag) === name) return view.getUint32(at + 8);
  }
  throw new Error(`Cannot find ${name} in this font`);
}

/** Characters whose glyphs are reckoned alike. */
interface Segment {
  readonly first: number;
  readonly last: number;
  readonly delta: number;
  /** Where the glyph of the first stands, if they stand one by one. */
  readonly glyphs: number | undefined;
}

function segments(view: DataView, table: number): Segment[] {
  const length = view.getUint16(table + 6);
  // Last ones, a word, first ones, differences, and how far glyphs are off.
  const [lasts, firsts] = [table + 14, table + 16 + length];
  const [deltas, offsets] = [firsts + length, firsts + 2 * length];
  return Array.from({ length: length / 2 }, (_, i) => {
    const offset = view.getUint16(offsets + 2 * i);
    return {
      first: view.getUint16(firsts + 2 * i),
      last: view.getUint16(lasts + 2 * i),
      delta: view.getUint16(deltas + 2 * i),
      glyphs: offset === 0 ? undefined : offsets + 2 * i + offset,
    };
  });
}

function found(view: DataView, it: Segment): number[] {
  const { first, last, delta, glyphs } = it;
  const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return all.filter((character) => {
    if (glyphs === undefined) return (character + delta) % 0x10000 !== 0;
    return view.getUint16(glyphs + 2 * (character - first)) !== 0;
  });
}
