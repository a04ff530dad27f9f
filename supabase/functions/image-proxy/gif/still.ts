/**
 * A file of one frame and nothing else: what the decoder is given. No I/O.
 *
 * @module
 */
import type { Frame } from "./blocks.ts";
import { extentOf } from "./extent.ts";

const HEADER = [..."GIF89a"].map((it) => it.charCodeAt(0));

/** Header, screen, control and image descriptor. */
const START = 6 + 7 + 8 + 10;
const TRAILER = 0x3b;

/** The most colours, which indices of 8 bits can name. */
const COLOURS = 256;

/** `frame` of `file` on a screen of its own size, if all of it is there. */
export function stillOf(
  file: Uint8Array,
  frame: Frame,
): Uint8Array | undefined {
  const { part: { width, height }, table, data } = frame;
  const end = extentOf(file, frame);
  if (end === undefined) return undefined;
  const codes = file.subarray(data.from, end);
  // An empty sub-block ends the codes, and a trailer the file.
  const still = new Uint8Array(START + 3 * COLOURS + 1 + codes.length + 2);
  const size = [...short(width), ...short(height)];
  const { transparent } = frame;
  const isClear = transparent === undefined ? 0 : 1;
  still.set([...HEADER, ...size, 0, 0, 0]);
  still.set([0x21, 0xf9, 4, isClear, 0, 0, transparent ?? 0, 0], 13);
  // Colours of its own, of which indices that have none are black.
  const flags = 0x80 | (frame.isInterlaced ? 0x40 : 0) | 7;
  still.set([0x2c, 0, 0, 0, 0, ...size, flags], 21);
  still.set(file.subarray(table.at, table.at + 3 * table.colours), START);
  still[START + 3 * COLOURS] = frame.bits;
  still.set(codes, START + 3 * COLOURS + 1);
  still[still.length - 1] = TRAILER;
  return still;
}

function short(value: number): [low: number, high: number] {
  return [value & 0xff, value >> 8];
}
