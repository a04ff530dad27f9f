/**
 * Colour profiles of curves and tables, by ICC.1:2001-04.
 *
 * @module
 */
import { Buffer } from "node:buffer";

type Xyz = readonly [x: number, y: number, z: number];

/** What a profile says: primaries on the white of D50, and a power. */
export interface Colours {
  readonly red: Xyz;
  readonly green: Xyz;
  readonly blue: Xyz;
  readonly gamma: number;
}

/** Adobe RGB (1998), §4.3, adapted to D50 as its own profile has it. */
export const ADOBE_RGB: Colours = {
  red: [0.60974, 0.31111, 0.01947],
  green: [0.20528, 0.62567, 0.06087],
  blue: [0.14919, 0.06322, 0.74457],
  gamma: 563 / 256,
};

/** The columns of its own profile. */
const SRGB: readonly Xyz[] = [
  [0.43607, 0.22249, 0.01392],
  [0.38515, 0.71687, 0.09708],
  [0.14307, 0.06061, 0.7141],
];

const D50: Xyz = [0.9642, 1, 0.8249];

/** §6.5.26 */
function xyz(values: Xyz): Buffer {
  const tag = Buffer.alloc(20);
  tag.write("XYZ ", "latin1");
  values.forEach((it, i) =>
    tag.writeInt32BE(Math.round(it * 65536), 8 + 4 * i)
  );
  return tag;
}

/** §6.5.3: of one value, a power in 8 bits and 8 of a fraction. */
function curve(gamma: number): Buffer {
  const tag = Buffer.alloc(16);
  tag.write("curv", "latin1");
  tag.writeUInt32BE(1, 8);
  tag.writeUInt16BE(Math.round(gamma * 256), 12);
  return tag;
}

export type Tag = readonly [name: string, data: Uint8Array];

/** A profile of a monitor, or of a printer where its colours are inks. */
export function profileOfTags(
  space: "RGB " | "GRAY" | "CMYK",
  connection: "XYZ " | "Lab ",
  tags: readonly Tag[],
): Uint8Array {
  const table = Buffer.alloc(4 + 12 * tags.length);
  table.writeUInt32BE(tags.length);
  let at = 128 + table.length;
  for (const [index, [name, data]] of tags.entries()) {
    table.write(name, 4 + 12 * index, "latin1");
    table.writeUInt32BE(at, 8 + 12 * index);
    table.writeUInt32BE(data.length, 12 + 12 * index);
    at += data.length;
  }
  const header = Buffer.alloc(128);
  header.writeUInt32BE(at);
  header.writeUInt32BE(0x02400000, 8);
  const kind = space === "CMYK" ? "prtr" : "mntr";
  header.write(`${kind}${space}${connection}`, 12, "latin1");
  header.write("acsp", 36, "latin1");
  D50.forEach((it, i) =>
    header.writeInt32BE(Math.round(it * 65536), 68 + 4 * i)
  );
  const data = tags.map(([, data]) => data);
  // No Buffer, whose slices are not copies.
  return Uint8Array.from(Buffer.concat([header, table, ...data]));
}

/** The profile, as it stands in a file. */
export function profileOf({ red, green, blue, gamma }: Colours): Uint8Array {
  return profileOfTags("RGB ", "XYZ ", [
    ["wtpt", xyz(D50)],
    ["rXYZ", xyz(red)],
    ["gXYZ", xyz(green)],
    ["bXYZ", xyz(blue)],
    ["rTRC", curve(gamma)],
    ["gTRC", curve(gamma)],
    ["bTRC", curve(gamma)],
  ]);
}

/** Of greys that are a power of light. */
export function greyProfileOf(gamma: number): Uint8Array {
  const tags: Tag[] = [["wtpt", xyz(D50)], ["kTRC", curve(gamma)]];
  return profileOfTags("GRAY", "XYZ ", tags);
}

export type Lab = readonly [lightness: number, a: number, b: number];

/** sRGB, of numbers from 0 to 1: IEC 61966-2-1, adapted to D50, in CIELAB. */
export function labOf(srgb: readonly number[]): Lab {
  const [red, green, blue] = SRGB.map((column, i) => {
    const value = srgb[i] ?? 0;
    const light = value <= 0.04045
      ? value / 12.92
      : ((value + 0.055) / 1.055) ** 2.4;
    return column.map((it) => it * light);
  });
  const [x = 0, y = 0, z = 0] = D50.map((white, i) => {
    const sum = (red?.[i] ?? 0) + (green?.[i] ?? 0) + (blue?.[i] ?? 0);
    const part = sum / white;
    return part > (6 / 29) ** 3
      ? Math.cbrt(part)
      : part * (29 / 6) ** 2 / 3 + 4 / 29;
  });
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The types of tables: of 8 bits, of 16, and of ICC.1:2004-10, §10.10. */
export type TableType = "mft1" | "mft2" | "mAB ";

/** How each of them writes a colour. */
const CODES = {
  "mft1": ([l, a, b]: Lab) => [l * 2.55, a + 128, b + 128],
  "mft2": ([l, a, b]: Lab) => [l * 652.8, (a + 128) * 256, (b + 128) * 256],
  "mAB ": ([l, a, b]: Lab) => [l * 655.35, (a + 128) * 257, (b + 128) * 257],
};

/** What a table is of: numbers from 0 to 1, and which colours they are. */
export interface Table {
  readonly space: "RGB " | "CMYK";
  /** In each direction. */
  readonly points: number;
  readonly colourOf: (numbers: readonly number[]) => Lab;
}

/** A profile that says it with a table, between curves that do nothing. */
export function tableProfileOf(
  { space, points, colourOf }: Table,
  type: TableType,
): Uint8Array {
  const inputs = space === "RGB " ? 3 : 4;
  const width = type === "mft1" ? 1 : 2;
  const entries = Buffer.alloc(points ** inputs * 3 * width);
  for (let at = 0; at < points ** inputs; at++) {
    const numbers = Array.from(
      { length: inputs },
      // The last changes fastest.
      (_, i) => Math.floor(at / points ** (inputs - 1 - i)) % points,
    );
    const colour = colourOf(numbers.map((it) => it / (points - 1)));
    for (const [i, it] of CODES[type](colour).entries()) {
      const most = 256 ** width - 1;
      const code = Math.min(most, Math.max(0, Math.round(it)));
      entries.writeUIntBE(code, (3 * at + i) * width, width);
    }
  }
  const data = type === "mAB "
    ? newTable(inputs, points, entries)
    : oldTable(type, inputs, points, entries);
  return profileOfTags(space, "Lab ", [["wtpt", xyz(D50)], ["A2B0", data]]);
}

/** §6.5.7 and §6.5.8 */
function oldTable(
  type: "mft1" | "mft2",
  inputs: number,
  points: number,
  entries: Uint8Array,
): Buffer {
  const head = Buffer.alloc(type === "mft1" ? 48 : 52);
  head.write(type, "latin1");
  head.set([inputs, 3, points], 8);
  for (const i of [0, 4, 8]) head.writeInt32BE(65536, 12 + 4 * i);
  if (type === "mft2") head.set([0, 2, 0, 2], 48);
  const ramp = type === "mft2"
    ? Buffer.from("0000ffff", "hex")
    : Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const ramps = (count: number) => Array.from({ length: count }, () => ramp);
  return Buffer.concat([head, ...ramps(inputs), entries, ...ramps(3)]);
}

/** Curves, the table, and curves: `A`, `CLUT` and `B`. */
function newTable(
  inputs: number,
  points: number,
  entries: Uint8Array,
): Buffer {
  const straight = Buffer.alloc(12);
  straight.write("curv", "latin1");
  const head = Buffer.alloc(32);
  head.write("mAB ", "latin1");
  head.set([inputs, 3], 8);
  const curves = Buffer.concat(Array.from({ length: 4 }, () => straight));
  head.writeUInt32BE(32, 12); // B
  head.writeUInt32BE(32 + curves.length, 24); // CLUT
  head.writeUInt32BE(32, 28); // A
  const grid = Buffer.alloc(20);
  grid.fill(points, 0, inputs);
  grid[16] = 2;
  return Buffer.concat([head, curves, grid, entries]);
}
