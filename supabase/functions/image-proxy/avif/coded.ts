/**
 * A picture's streams: one, or one for each tile of a grid. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import { Cursor, Refused } from "./cursor.ts";
import type { Extent, Items } from "./items.ts";
import type { Config, Properties } from "./properties.ts";
import type { SequenceHeader } from "./sequence_header.ts";
import { readStream } from "./stream.ts";

/** The first of a file's bytes, or all of them, and how many there are. */
export interface File {
  readonly bytes: Uint8Array;
  readonly fileBytes: number;
}

/** One stream. */
export interface Tile {
  readonly size: Size;
  readonly place: readonly Extent[];
  /** What the stream says, or `av1C` says that it does; undefined by neither. */
  readonly header: SequenceHeader | undefined;
  /** 1, or more in layers, or 0 of a stream that is not there yet. */
  readonly frames: number;
}

/** What is decoded to one picture, its colours or its alpha. */
export interface Coded {
  readonly size: Size;
  readonly columns: number;
  readonly rows: number;
  /** Row by row, all of one size. */
  readonly tiles: readonly Tile[];
  readonly depth: 8 | 10 | 12;
}

/** 64 tiles of a phone's 512 × 512 are 16 MP. */
const MAX_TILES = 64;

/** The streams of an item. */
export function codedOf(file: File, items: Items, item: number): Coded {
  switch (items.typeOf(item)) {
    case "av01":
      return single(file, items.propertiesOf(item), items.placeOf(item));
    case "grid":
      return grid(file, items, item);
  }
  throw new Refused("unsupported");
}

/** A picture of one stream. */
export function single(
  file: File,
  { size, config }: Properties,
  place: readonly Extent[],
): Coded {
  if (size === undefined || config === undefined) throw new Refused("corrupt");
  const { header, frames } = streamAt(file, place, config);
  // A decoder takes memory by the one, and makes a picture by the other.
  if (header !== undefined && !isSame(header.size, size)) {
    throw new Refused("corrupt");
  }
  const depth = header?.depth ?? config.depth;
  const tile = { size, place, header, frames };
  return { size, columns: 1, rows: 1, tiles: [tile], depth };
}

function isSame(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}

function streamAt(
  file: File,
  place: readonly Extent[],
  config: Config,
): Pick<Tile, "header" | "frames"> {
  const bytes = bytesAt(file, place);
  const isWhole = bytes.length === lengthOf(place);
  const stream = readStream(bytes, isWhole);
  if (stream.header !== undefined) return stream;
  if (isWhole) throw new Refused("corrupt");
  const { header } = readStream(config.obus, false);
  return { header, frames: stream.frames };
}

/** How many bytes a stream has. */
export function lengthOf(place: readonly Extent[]): number {
  return place.reduce((sum, { length }) => sum + length, 0);
}

/** What there is of a stream, one part behind the other. */
export function bytesAt(
  { bytes, fileBytes }: File,
  place: readonly Extent[],
): Uint8Array {
  const [first, ...others] = place;
  if (first === undefined) throw new Refused("corrupt");
  for (const { at, length } of place) {
    if (at + length > fileBytes) throw new Refused("truncated");
  }
  if (others.length === 0) {
    return bytes.subarray(first.at, first.at + first.length);
  }
  // Parts may be the same ones, again and again.
  if (lengthOf(place) > fileBytes) throw new Refused("corrupt");
  const whole = new Uint8Array(lengthOf(place));
  let to = 0;
  for (const { at, length } of place) {
    const part = bytes.subarray(at, at + length);
    whole.set(part, to);
    to += part.length;
    if (part.length < length) break;
  }
  return whole.subarray(0, to);
}

/** ISO/IEC 23008-12 §6.6.2.3. */
function grid(file: File, items: Items, item: number): Coded {
  const { size } = items.propertiesOf(item);
  const [place] = items.placeOf(item);
  if (place === undefined) throw new Refused("corrupt");
  const box = new Cursor(file.bytes, place.at, place.at + place.length);
  const { flags } = { flags: (box.skip(1), box.uint(1)) };
  const rows = box.uint(1) + 1;
  const columns = box.uint(1) + 1;
  const wide = (flags & 1) === 0 ? 2 : 4;
  const made: Size = { width: box.uint(wide), height: box.uint(wide) };
  const of = items.references.find(({ type, from }) =>
    type === "dimg" && from === item
  );
  const tiles = of?.to ?? [];
  if (tiles.length > MAX_TILES) throw new Refused("unsupported");
  if (tiles.length !== rows * columns) throw new Refused("corrupt");
  if (size === undefined || !isSame(size, made)) throw new Refused("corrupt");
  // Alpha may be a grid; a tile that has some of its own would lose it.
  const hasOwn = items.references.some(({ type, to }) =>
    type === "auxl" && to.some((it) => tiles.includes(it))
  );
  if (hasOwn) throw new Refused("unsupported");
  return joined(size, { columns, rows }, tiles.map((it) => tileOf(it)));

  function tileOf(tile: number): Coded {
    if (items.typeOf(tile) !== "av01") throw new Refused("unsupported");
    return single(file, items.propertiesOf(tile), items.placeOf(tile));
  }
}

function joined(
  size: Size,
  { columns, rows }: { columns: number; rows: number },
  parts: readonly Coded[],
): Coded {
  const [first] = parts;
  if (first === undefined) throw new Refused("corrupt");
  const { width, height } = first.size;
  for (const { size: other, depth } of parts) {
    if (!isSame(other, first.size)) throw new Refused("corrupt");
    if (depth !== first.depth) throw new Refused("corrupt");
  }
  // The last column and the last row may be cut, and no other.
  const isCovered = isLast(size.width, width, columns) &&
    isLast(size.height, height, rows);
  if (!isCovered) throw new Refused("corrupt");
  const tiles = parts.flatMap((part) => part.tiles);
  return { size, columns, rows, tiles, depth: first.depth };
}

function isLast(whole: number, tile: number, count: number): boolean {
  return tile * count >= whole && tile * (count - 1) < whole;
}
