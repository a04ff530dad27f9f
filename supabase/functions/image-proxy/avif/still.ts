/**
 * A file of nothing but the streams that are to be decoded, in the fewest boxes
 * that make an AVIF of them: what the decoder is given. No I/O.
 *
 * @module
 */
import type { Size } from "../engine/geometry.ts";
import type { Colour } from "../colour/colour.ts";
import { Refused } from "../header/refused.ts";
import { bytesAt, type File, lengthOf } from "../heif/extents.ts";
import type { Coded } from "./coded.ts";
import type { Header } from "./header.ts";
import type { SequenceHeader } from "./sequence_header.ts";

const ALPHA = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0";

/** An item: a stream, or the words of a grid. */
interface Item {
  readonly type: "av01" | "grid";
  readonly bytes: Uint8Array;
  /** Each a box of `ipco`. */
  readonly properties: readonly Uint8Array[];
  /** Of a grid: the items that it is made of. */
  readonly tiles: readonly number[];
}

/** The file. Everything of it has to be in `file`. */
export function stillOf(file: File, header: Header): Uint8Array {
  const { picture, alpha, colour } = header;
  const items: Item[] = [];
  const main = add(items, file, picture, (one) => [
    pixi(one.isGrey ? 1 : 3, one.depth),
    nclx(colour),
  ]);
  const references: Uint8Array[] = [];
  if (alpha !== undefined) {
    const other = add(items, file, alpha, (one) => [
      pixi(one.isGrey ? 1 : 3, one.depth),
      box("auxC", u32(0), ascii(ALPHA)),
    ]);
    references.push(box("auxl", u16(other), u16(1), u16(main)));
    if (header.isPremultiplied) {
      references.push(box("prem", u16(main), u16(1), u16(other)));
    }
  }
  return written(items, main, references);
}

/** Adds the items of a picture, and says which number it has. */
function add(
  items: Item[],
  file: File,
  { size, columns, rows, tiles }: Coded,
  properties: (header: SequenceHeader) => Uint8Array[],
): number {
  const numbers: number[] = [];
  let common: Uint8Array[] = [];
  for (const tile of tiles) {
    const { header, place } = tile;
    // Not all of the file is here.
    if (header === undefined) throw new Refused("truncated");
    common = properties(header);
    const bytes = bytesAt(file, place);
    if (bytes.length < lengthOf(place)) throw new Refused("truncated");
    items.push({
      type: "av01",
      bytes,
      properties: [ispe(tile.size), av1C(header), ...common],
      tiles: [],
    });
    numbers.push(items.length);
  }
  if (tiles.length === 1) return numbers[0] ?? 0;
  const { width, height } = size;
  const words = Uint8Array.of(0, 1, rows - 1, columns - 1);
  const bytes = joined([words, u32(width), u32(height)]);
  const own = [ispe(size), ...common];
  items.push({ type: "grid", bytes, properties: own, tiles: numbers });
  return items.length;
}

/** Item 1 is the first of `items`. */
function written(
  items: readonly Item[],
  primary: number,
  references: readonly Uint8Array[],
): Uint8Array {
  const ftyp = box("ftyp", ascii("avif"), u32(0), ascii("avifmif1miaf"));
  const meta = (first: number) =>
    box(
      "meta",
      u32(0),
      box("hdlr", u32(0), u32(0), ascii("pict"), new Uint8Array(13)),
      box("pitm", u32(0), u16(primary)),
      iloc(items, first),
      iinf(items),
      iref(items, references),
      iprp(items),
    );
  // As long wherever the bytes are.
  const first = ftyp.length + meta(0).length + 8;
  const mdat = box("mdat", ...items.map(({ bytes }) => bytes));
  return joined([ftyp, meta(first), mdat]);
}

function iloc(items: readonly Item[], first: number): Uint8Array {
  let at = first;
  const places = items.map(({ bytes }, i) => {
    const place = joined([
      ...[u16(i + 1), u16(0), u16(1)],
      ...[u32(at), u32(bytes.length)],
    ]);
    at += bytes.length;
    return place;
  });
  return box(
    "iloc",
    u32(0),
    Uint8Array.of(0x44, 0),
    u16(items.length),
    ...places,
  );
}

function iinf(items: readonly Item[]): Uint8Array {
  const entries = items.map(({ type }, i) =>
    box("infe", u32(0x02000000), u16(i + 1), u16(0), ascii(`${type}\0`))
  );
  return box("iinf", u32(0), u16(items.length), ...entries);
}

function iref(
  items: readonly Item[],
  references: readonly Uint8Array[],
): Uint8Array {
  const grids = items.flatMap(({ tiles }, i) =>
    tiles.length === 0
      ? []
      : [box("dimg", u16(i + 1), u16(tiles.length), ...tiles.map(u16))]
  );
  return box("iref", u32(0), ...grids, ...references);
}

/** Each item has properties of its own. */
function iprp(items: readonly Item[]): Uint8Array {
  const all = items.flatMap(({ properties }) => properties);
  let index = 0;
  const owned = items.map(({ properties }, i) =>
    joined([
      ...[u16(i + 1), Uint8Array.of(properties.length)],
      // Which decoders must know: all that turn or crop, and there are none.
      ...properties.map(() => u16(++index)),
    ])
  );
  const ipma = box("ipma", u32(1), u32(items.length), ...owned);
  return box("iprp", box("ipco", ...all), ipma);
}

function ispe({ width, height }: Size): Uint8Array {
  return box("ispe", u32(0), u32(width), u32(height));
}

function pixi(channels: number, depth: number): Uint8Array {
  const depths = new Uint8Array(channels).fill(depth);
  return box("pixi", u32(0), Uint8Array.of(channels), depths);
}

function nclx({ primaries, transfer, matrix, isFull }: Colour): Uint8Array {
  const range = Uint8Array.of(isFull ? 0x80 : 0);
  const values = [u16(primaries), u16(transfer), u16(matrix)];
  return box("colr", ascii("nclx"), ...values, range);
}

/** AV1 in ISO-BMFF 1.2, §2.3.3. */
function av1C(header: SequenceHeader): Uint8Array {
  const { profile, level, tier, depth, isGrey, subsampling } = header;
  const bits = tier << 7 | Number(depth > 8) << 6 | Number(depth > 10) << 5 |
    Number(isGrey) << 4 | Number(subsampling.x) << 3 |
    Number(subsampling.y) << 2;
  return box("av1C", Uint8Array.of(0x81, profile << 5 | level, bits, 0));
}

function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 8);
  return joined([u32(length), ascii(type), ...parts]);
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (it) => it.charCodeAt(0));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
