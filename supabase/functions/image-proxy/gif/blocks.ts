/**
 * What a GIF consists of: GIF89a Specification, sections 17 to 27. No I/O.
 *
 * All blocks are walked, so that a decoder is shown none that is not known.
 *
 * @module
 */
import type { Part, Size } from "../engine/geometry.ts";
import { ascii, type Unreadable } from "../header/header.ts";
import { orUnreadable, Refused } from "../header/refused.ts";
import { Cursor } from "./cursor.ts";

/** Colours: where they stand in the file, three bytes each. */
export interface Table {
  readonly at: number;
  readonly colours: number;
}

/** What becomes of a frame before the next one comes. */
export type Disposal = "keep" | "background" | "previous";

/** What is said before a frame, of it. */
interface Control {
  readonly disposal: Disposal;
  /** As it is written: 0 and 1 are not meant. */
  readonly hundredths: number;
  /** The index that shows what is behind it. */
  readonly transparent?: number;
}

/** One picture. */
export interface Frame extends Control {
  /** On the screen, or beside it. */
  readonly part: Part;
  readonly table: Table;
  readonly isInterlaced: boolean;
  /** LZW's minimum code size: 2 to 8. Indices have no more bits. */
  readonly bits: number;
  /** Its sub-blocks, with the empty one that ends them. */
  readonly data: { readonly from: number; readonly to: number };
}

/** A file. */
export interface Gif {
  readonly screen: Size;
  /** At least one. */
  readonly frames: readonly Frame[];
  /** How often it is played: 0 is for ever. */
  readonly plays: number;
}

/** What begins a block. */
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;

/** What begins an extension. */
const PLAIN_TEXT = 0x01;
const CONTROL = 0xf9;
const APPLICATION = 0xff;

const UNCONTROLLED: Control = { disposal: "keep", hundredths: 0 };

/** Section 23: the first is not specified, and others mean nothing. */
const DISPOSALS: readonly Disposal[] = [
  ...["keep", "keep", "background", "previous"] as const,
];

/** Of Netscape's browser, and of who wrote the same. */
const LOOPING: readonly string[] = ["NETSCAPE2.0", "ANIMEXTS1.0"];

/**
 * The blocks of `file`, up to `most` frames. What stands behind the trailer is
 * not looked at, nor is a trailer missed.
 *
 * @example A file that is nothing but its header
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { readGif } from "./blocks.ts";
 *
 * equal(readGif(new TextEncoder().encode("GIF89a"), 1), "truncated");
 * ```
 */
export function readGif(file: Uint8Array, most: number): Gif | Unreadable {
  return orUnreadable(() => gifOf(new Cursor(file), most));
}

function gifOf(cursor: Cursor, most: number): Gif {
  cursor.skip(6);
  const size = { width: cursor.short(), height: cursor.short() };
  const flags = cursor.byte();
  cursor.skip(2);
  const common = tableOf(cursor, flags);
  const frames: Frame[] = [];
  let plays = 1;
  let control = UNCONTROLLED;
  while (!cursor.isAtEnd && frames.length < most) {
    const kind = cursor.byte();
    if (kind === TRAILER) break;
    if (kind === EXTENSION) {
      const label = cursor.byte();
      const [first, second] = cursor.blocks();
      if (label === CONTROL) control = controlOf(first);
      if (label === PLAIN_TEXT) control = UNCONTROLLED;
      if (label === APPLICATION) plays = playsOf(first, second) ?? plays;
    } else if (kind === IMAGE) {
      frames.push(frameOf(cursor, control, common));
      control = UNCONTROLLED;
    } else if (kind !== 0) {
      // Some write an end of sub-blocks too many, and some no trailer.
      if (frames.length === 0) throw new Refused("corrupt");
      break;
    }
  }
  const [first] = frames;
  if (first === undefined) throw new Refused("truncated");
  return { screen: screenOf(size, first.part), frames, plays };
}

/** Sections 18 and 20: whether there are colours, and how many. */
function tableOf(cursor: Cursor, flags: number): Table | undefined {
  if ((flags & 0x80) === 0) return undefined;
  const colours = 2 << (flags & 7);
  return { at: cursor.skip(3 * colours), colours };
}

/** Section 23. */
function controlOf(block: Uint8Array): Control {
  const [flags = 0, low = 0, high = 0, transparent] = block;
  if (transparent === undefined) throw new Refused("corrupt");
  const disposal = DISPOSALS[flags >> 2 & 7] ?? "keep";
  const hundredths = low | high << 8;
  const isSeen = (flags & 1) !== 0;
  return { disposal, hundredths, ...isSeen && { transparent } };
}

/** The block counts repetitions: the first play is none. */
function playsOf(name: Uint8Array, block: Uint8Array): number | undefined {
  if (!LOOPING.includes(ascii(name, 0, 11))) return undefined;
  const [kind = 0, low, high] = block;
  if (low === undefined || high === undefined) return undefined;
  if ((kind & 7) !== 1) return undefined;
  const repetitions = low | high << 8;
  return repetitions === 0 ? 0 : repetitions + 1;
}

/** Sections 20 to 22. */
function frameOf(cursor: Cursor, control: Control, common?: Table): Frame {
  const [left, top] = [cursor.short(), cursor.short()];
  const part = { left, top, width: cursor.short(), height: cursor.short() };
  if (part.width === 0 || part.height === 0) throw new Refused("corrupt");
  const flags = cursor.byte();
  const table = tableOf(cursor, flags) ?? common;
  const bits = cursor.byte();
  // Without colours there is nothing to see. Two of them have 2 bits, too:
  // appendix F.
  const isRead = table !== undefined && bits >= 2 && bits <= 8;
  if (!isRead) throw new Refused("corrupt");
  const from = cursor.at;
  cursor.blocks();
  const data = { from, to: cursor.at };
  const isInterlaced = (flags & 0x40) !== 0;
  return { ...control, part, table, isInterlaced, bits, data };
}

/**
 * As large as it says, or as the first frame needs it: so browsers take it.
 * Others do not make it larger.
 */
function screenOf({ width, height }: Size, first: Part): Size {
  return {
    width: Math.max(width, first.left + first.width),
    height: Math.max(height, first.top + first.height),
  };
}
