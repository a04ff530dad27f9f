/**
 * Writes a TIFF: red, green and blue of 8 bits, and alpha, as differences in
 * deflate, in strips. With the lower bytes first.
 *
 * @module
 */
import { deflateSync } from "node:zlib";
import type { Size } from "../engine/geometry.ts";

/** What is written: red, green, blue and alpha, by rows from the top. */
export interface Written extends Size {
  readonly hasAlpha: boolean;
  readonly pixels: Uint8Array;
}

const [SHORT, LONG] = [3, 4];
const DEFLATE = 8;
const DIFFERENCES = 2;
const RGB = 2;
const STRAIGHT = 2;

/** Of a strip, in bytes: section 7 has 8 kB, and readers of today take more. */
const STRIP = 64 * 1024;

/** Of zlib: higher ones take twice as long for a hundredth. */
const LEVEL = 4;

type Field = readonly [tag: number, type: number, values: readonly number[]];

/** A whole file. */
export function write(image: Written): Uint8Array<ArrayBuffer> {
  const { width, height, hasAlpha } = image;
  const samples = hasAlpha ? 4 : 3;
  const rows = Math.max(1, Math.floor(STRIP / (width * samples)));
  const strips: Uint8Array[] = [];
  for (let top = 0; top < height; top += rows) {
    const part = stripOf(image, top, Math.min(rows, height - top));
    strips.push(deflateSync(part, { level: LEVEL }));
  }
  const lengths = strips.map(({ length }) => length);
  // What is longer than its offset begins at a whole word: section 2.
  const places = placesOf(HEADER, lengths);
  const fields: Field[] = [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, Array.from({ length: samples }, () => 8)],
    [259, SHORT, [DEFLATE]],
    [262, SHORT, [RGB]],
    [273, LONG, places.starts],
    [277, SHORT, [samples]],
    [278, LONG, [rows]],
    [279, LONG, lengths],
    [317, SHORT, [DIFFERENCES]],
    ...hasAlpha ? [[338, SHORT, [STRAIGHT]] as const] : [],
  ];
  return joined(strips, places, fields);
}

const HEADER = 8;

/** The differences of rows, from one on. */
function stripOf(
  { width, hasAlpha, pixels }: Written,
  top: number,
  rows: number,
): Uint8Array {
  const samples = hasAlpha ? 4 : 3;
  const strip = new Uint8Array(rows * width * samples);
  let to = 0;
  for (let y = top; y < top + rows; y++) {
    let from = 4 * width * y;
    for (let x = 0; x < width; x++, from += 4) {
      for (let i = 0; i < samples; i++) {
        const before = x === 0 ? 0 : pixels[from + i - 4] ?? 0;
        strip[to++] = (pixels[from + i] ?? 0) - before;
      }
    }
  }
  return strip;
}

interface Places {
  readonly starts: readonly number[];
  readonly end: number;
}

function placesOf(first: number, lengths: readonly number[]): Places {
  const starts: number[] = [];
  let end = first;
  for (const length of lengths) {
    starts.push(end);
    end += length + (length & 1);
  }
  return { starts, end };
}

/** The strips, what does not fit into fields, and the directory. */
function joined(
  strips: readonly Uint8Array[],
  { starts, end }: Places,
  fields: readonly Field[],
): Uint8Array<ArrayBuffer> {
  const sizes = fields.map(([, type, values]) => bytesOf(type) * values.length);
  const outside = placesOf(end, sizes.map((it) => it > 4 ? it : 0));
  const directory = outside.end;
  const file = new Uint8Array(directory + 2 + 12 * fields.length + 4);
  const view = new DataView(file.buffer);
  file.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, directory, true);
  for (const [i, strip] of strips.entries()) file.set(strip, starts[i]);
  view.setUint16(directory, fields.length, true);
  for (const [i, [tag, type, values]] of fields.entries()) {
    const at = directory + 2 + 12 * i;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, values.length, true);
    const isInside = (sizes[i] ?? 0) <= 4;
    const place = isInside ? at + 8 : outside.starts[i] ?? 0;
    if (!isInside) view.setUint32(at + 8, place, true);
    put(view, place, type, values);
  }
  return file;
}

function bytesOf(type: number): number {
  return type === SHORT ? 2 : 4;
}

function put(
  ...[view, at, type, values]: [DataView, number, number, readonly number[]]
): void {
  for (const [i, value] of values.entries()) {
    if (type === SHORT) view.setUint16(at + 2 * i, value, true);
    else view.setUint32(at + 4 * i, value, true);
  }
}
