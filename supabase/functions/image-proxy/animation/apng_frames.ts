/**
 * What an animated PNG consists of: W3C Portable Network Graphics, third
 * edition, section 11.3.8. No I/O.
 *
 * @module
 */
import type { Part, Size } from "../engine/geometry.ts";
import { MOST_FRAMES, viewOf } from "../header/header.ts";
import type { Disposal } from "./film.ts";
import { type PngChunk, pngChunks } from "./png_chunks.ts";

/** A frame. */
export interface Frame {
  readonly part: Part;
  readonly milliseconds: number;
  readonly isBlended: boolean;
  readonly disposal: Disposal;
  /** One behind the other, they are what IDAT would have. */
  readonly data: Uint8Array[];
}

/** A file. */
export interface PngAnimation {
  readonly size: Size;
  /** How often it is played: 0 is for ever. */
  readonly plays: number;
  readonly frames: readonly Frame[];
  readonly hasAlpha: boolean;
  /** The header, and what says which colours are meant. */
  readonly shared: readonly PngChunk[];
}

/** Others are text, and may be many. */
const MOST_CHUNKS = 65_536;

/** What frames share: their colours, and what those are. */
const SHARED: readonly string[] = ["IHDR", "PLTE", "tRNS", "iCCP"];

/** What is read so far. */
interface Reading {
  readonly shared: PngChunk[];
  readonly frames: Frame[];
  plays: number | undefined;
  /** The number that comes next: section 13.16. */
  next: number;
}

/** The animation that `file` is, if its chunks are as they should be. */
export function animationOf(file: Uint8Array): PngAnimation | undefined {
  const reading: Reading = {
    ...{ shared: [], frames: [], plays: undefined, next: 0 },
  };
  let count = 0;
  let isEnded = false;
  for (const chunk of pngChunks(file)) {
    if (++count > MOST_CHUNKS || !take(chunk, reading)) return undefined;
    isEnded = chunk.type === "IEND";
  }
  const { shared, frames, plays } = reading;
  const [ihdr] = shared;
  const isWhole = isEnded && plays !== undefined && frames.length > 0 &&
    frames.every(({ data }) => data.length > 0);
  if (!isWhole || ihdr?.type !== "IHDR") return undefined;
  const view = viewOf(ihdr.data);
  const size = { width: view.getUint32(0), height: view.getUint32(4) };
  // Colour types 4 and 6 have alpha, and others by tRNS.
  const hasAlpha = (view.getUint8(9) & 4) !== 0 ||
    shared.some(({ type }) => type === "tRNS");
  return { size, plays, frames, hasAlpha, shared };
}

/** Whether a chunk is where it should be. */
function take({ type, data }: PngChunk, reading: Reading): boolean {
  const { shared, frames } = reading;
  const frame = frames.at(-1);
  switch (type) {
    case "acTL":
      if (data.length !== 8 || reading.plays !== undefined) return false;
      reading.plays = viewOf(data).getUint32(4);
      return true;
    case "fcTL":
      return isNext(data, reading) && begin(data, frames);
    case "IDAT":
      // What stands before the first frame is for who shows no animation.
      if (frame === undefined) return true;
      frame.data.push(data);
      return frames.length === 1;
    case "fdAT":
      if (frame === undefined || !isNext(data, reading)) return false;
      frame.data.push(data.subarray(4));
      return true;
    default:
      if (SHARED.includes(type) && shared.length < 4) {
        shared.push({ type, data });
      }
      return true;
  }
}

/** Numbers stand in the order of the chunks. */
function isNext(data: Uint8Array, reading: Reading): boolean {
  return data.length >= 4 && viewOf(data).getUint32(0) === reading.next++;
}

const DISPOSALS: readonly Disposal[] = ["keep", "background", "previous"];

/** Section 11.3.8.2. */
function begin(data: Uint8Array, frames: Frame[]): boolean {
  if (data.length !== 26 || frames.length === MOST_FRAMES) return false;
  const view = viewOf(data);
  const [width, height] = [view.getUint32(4), view.getUint32(8)];
  const [left, top] = [view.getUint32(12), view.getUint32(16)];
  const disposal = DISPOSALS[view.getUint8(24)];
  const isRead = width > 0 && height > 0 && disposal !== undefined;
  if (!isRead) return false;
  const [over, under] = [view.getUint16(20), view.getUint16(22)];
  frames.push({
    part: { left, top, width, height },
    milliseconds: Math.round(1_000 * over / (under || 100)),
    isBlended: view.getUint8(25) !== 0,
    disposal,
    data: [],
  });
  return true;
}
