/**
 * Where the pixels of a TIFF are: in strips, or in tiles. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import { Refused } from "../header/refused.ts";
import type { Directory } from "./directory.ts";

/** Blocks of one size, which cover a picture. */
export interface Blocks {
  /** Of one: the last strip is as much lower as the picture ends in it. */
  readonly size: Size;
  readonly across: number;
  readonly down: number;
  /** 1, or as many as there are samples, if each has blocks of its own. */
  readonly planes: number;
  /** Whether the last ones are as large as the others. */
  readonly areTiles: boolean;
  /** In the file: by planes, then from the top, then from the left. */
  readonly offsets: readonly number[];
  readonly lengths: readonly number[];
}

/** @throws {Refused} If there are fewer than the picture needs. */
export function blocksOf(
  directory: Directory,
  { width, height }: Size,
  planes: number,
): Blocks {
  const tile = directory.number(322, 0);
  const areTiles = tile > 0;
  const size = areTiles
    ? { width: tile, height: directory.number(323) }
    : { width, height: Math.min(height, directory.number(278, height)) };
  if (size.height < 1) throw new Refused("corrupt");
  // Section 15: a tile is of whole 16 pixels, so that its rows are of bytes.
  if (areTiles && size.width % 16 !== 0) throw new Refused("corrupt");
  const offsets = directory.numbers(areTiles ? 324 : 273);
  const lengths = directory.numbers(areTiles ? 325 : 279);
  const across = Math.ceil(width / size.width);
  const down = Math.ceil(height / size.height);
  const count = across * down * planes;
  if (offsets.length < count || lengths.length < count) {
    throw new Refused("corrupt");
  }
  return { size, across, down, planes, areTiles, offsets, lengths };
}
