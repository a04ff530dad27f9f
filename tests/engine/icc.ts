/**
 * A colour profile of three primaries and one curve, by ICC.1:2001-04.
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

/** The profile, as it stands in a file. */
export function profileOf({ red, green, blue, gamma }: Colours): Uint8Array {
  const tags: [name: string, data: Buffer][] = [
    ["wtpt", xyz(D50)],
    ["rXYZ", xyz(red)],
    ["gXYZ", xyz(green)],
    ["bXYZ", xyz(blue)],
    ["rTRC", curve(gamma)],
    ["gTRC", curve(gamma)],
    ["bTRC", curve(gamma)],
  ];
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
  header.write("mntrRGB XYZ ", 12, "latin1");
  header.write("acsp", 36, "latin1");
  D50.forEach((it, i) =>
    header.writeInt32BE(Math.round(it * 65536), 68 + 4 * i)
  );
  return Buffer.concat([header, table, ...tags.map(([, data]) => data)]);
}
