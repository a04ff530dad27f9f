/**
 * A picture's streams: one, or one for each tile of a grid. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import { Refused, unsupported } from "../header/refused.ts";
import { type Box, Cursor } from "./cursor.ts";
import { bytesAt, type Extent, type File, lengthOf } from "./extents.ts";
import type { Items } from "./items.ts";
import type { Properties } from "./properties.ts";

export type Depth = 8 | 10 | 12;

/** What is known of a stream, whatever its codec. */
export interface Stream<Header> {
  /** What the stream says of itself; undefined if it has not come yet. */
  readonly header: Header | undefined;
  readonly depth: Depth;
  /** 1, or more in layers, or 0 of a stream that is not there yet. */
  readonly frames: number;
}

/** How the streams of one codec are read. */
export interface Codec<Header> {
  /** Of its items, and of the entries of its tracks. */
  readonly type: string;
  readonly maxTiles: number;
  /** Of `bytes`, which are the first of a stream or the `whole` of it. */
  readonly read: (
    bytes: Uint8Array,
    isWhole: boolean,
    config: Box,
  ) => Stream<Header>;
}

/** One stream, and where it is. */
export interface Tile<Header> extends Omit<Stream<Header>, "depth"> {
  readonly size: Size;
  readonly place: readonly Extent[];
}

/** What is decoded to one picture, its colours or its alpha. */
export interface Coded<Header> {
  readonly size: Size;
  readonly columns: number;
  readonly rows: number;
  /** Row by row, all of one size. */
  readonly tiles: readonly Tile<Header>[];
  readonly depth: Depth;
}

/** What streams and grids are looked for in. */
export interface Source<Header> {
  readonly file: File;
  readonly codec: Codec<Header>;
}

/** The streams of an item. */
export function codedOf<Header extends { readonly size: Size }>(
  source: Source<Header>,
  items: Items,
  item: number,
): Coded<Header> {
  switch (items.typeOf(item)) {
    case source.codec.type:
      return single(source, items.propertiesOf(item), items.placeOf(item));
    case "grid":
      return grid(source, items, item);
  }
  throw unsupported(
    "It is put together of other pictures, or of another codec",
  );
}

/** A picture of one stream. */
export function single<Header extends { readonly size: Size }>(
  { file, codec }: Source<Header>,
  { size, config }: Properties,
  place: readonly Extent[],
): Coded<Header> {
  if (size === undefined || config === undefined) throw new Refused("corrupt");
  const bytes = bytesAt(file, place);
  const isWhole = bytes.length === lengthOf(place);
  const { depth, ...stream } = codec.read(bytes, isWhole, {
    ...config,
    content: config.content.again(),
  });
  // A decoder takes memory by the one, and makes a picture by the other.
  if (stream.header !== undefined && !isSame(stream.header.size, size)) {
    throw new Refused("corrupt");
  }
  const tile = { size, place, ...stream };
  return { size, columns: 1, rows: 1, tiles: [tile], depth };
}

function isSame(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}

/** ISO/IEC 23008-12 §6.6.2.3. */
function grid<Header extends { readonly size: Size }>(
  source: Source<Header>,
  items: Items,
  item: number,
): Coded<Header> {
  const { size } = items.propertiesOf(item);
  const { made, columns, rows } = readGrid(source.file, items.placeOf(item));
  const of = items.references.find(({ type, from }) =>
    type === "dimg" && from === item
  );
  const tiles = of?.to ?? [];
  const { codec } = source;
  if (tiles.length > codec.maxTiles) {
    throw unsupported(`It has more than ${codec.maxTiles} tiles`);
  }
  if (tiles.length !== rows * columns) throw new Refused("corrupt");
  if (size === undefined || !isSame(size, made)) throw new Refused("corrupt");
  // Alpha may be a grid; a tile that has some of its own would lose it.
  const own = new Set(tiles);
  const hasOwn = items.references.some(({ type, to }) =>
    type === "auxl" && to.some((it) => own.has(it))
  );
  if (hasOwn) throw unsupported("Its tiles have alpha of their own");
  return joined(size, { columns, rows }, tiles.map((it) => tileOf(it)));

  function tileOf(tile: number): Coded<Header> {
    const properties = items.propertiesOf(tile);
    const isOdd = items.typeOf(tile) !== codec.type ||
      properties.part !== undefined;
    if (isOdd) throw unsupported("Its tiles are cut, or of another codec");
    return single(source, properties, items.placeOf(tile));
  }
}

/** What a grid is to become, and of how many tiles. */
interface Grid {
  readonly made: Size;
  readonly columns: number;
  readonly rows: number;
}

function readGrid({ bytes }: File, [place]: readonly Extent[]): Grid {
  if (place === undefined) throw new Refused("corrupt");
  const box = new Cursor(bytes, place.at, place.at + place.length);
  box.skip(1); // version
  const flags = box.uint(1);
  const rows = box.uint(1) + 1;
  const columns = box.uint(1) + 1;
  const wide = (flags & 1) === 0 ? 2 : 4;
  const made: Size = { width: box.uint(wide), height: box.uint(wide) };
  return { made, columns, rows };
}

function joined<Header>(
  size: Size,
  { columns, rows }: Omit<Grid, "made">,
  parts: readonly Coded<Header>[],
): Coded<Header> {
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
