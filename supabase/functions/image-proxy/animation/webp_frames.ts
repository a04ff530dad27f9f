/**
 * What an animated WebP consists of: RFC 9649, section 2.7. No I/O.
 *
 * @module
 */
import type { Part, Size } from "../engine/geometry.ts";
import { MOST_FRAMES, viewOf } from "../header/header.ts";
import { type Chunk, chunksOf } from "./riff.ts";

/** A frame. */
export interface Frame {
  readonly part: Part;
  readonly milliseconds: number;
  readonly isBlended: boolean;
  /** Whether nothing of it is left for the next one. */
  readonly isCleared: boolean;
  readonly hasAlpha: boolean;
  /** Its alpha, if that stands alone, and its picture. */
  readonly chunks: readonly Chunk[];
}

/** A file. */
export interface WebpAnimation {
  readonly size: Size;
  /** How often it is played: 0 is for ever. */
  readonly plays: number;
  readonly profile?: Uint8Array;
  readonly frames: readonly Frame[];
}

/** Of a frame, before its chunks. */
const FRAME_HEADER = 16;

const CLEARED = 0x01;
const NOT_BLENDED = 0x02;

/** Others stand behind a few: a profile, metadata. */
const MOST_OTHERS = 64;

/** The animation that `file` is, as far as its frames are whole. */
export function animationOf(file: Uint8Array): WebpAnimation | undefined {
  const frames: Frame[] = [];
  let others = 0;
  let size: Size | undefined;
  let plays = 1;
  let profile: Uint8Array | undefined;
  for (const { name, data } of chunksOf(file, 12)) {
    if (name === "ANMF") {
      const frame = frameOf(data);
      if (frame === undefined || frames.length === MOST_FRAMES) return;
      frames.push(frame);
    } else if (++others > MOST_OTHERS) return;
    if (name === "VP8X" && data.length >= 10) size ??= sizeAt(data, 4);
    if (name === "ANIM" && data.length >= 6) {
      plays = viewOf(data).getUint16(4, true);
    }
    if (name === "ICCP") profile ??= data;
  }
  if (size === undefined || frames.length === 0) return undefined;
  return { size, plays, frames, ...profile && { profile } };
}

/** Section 2.7.1.1, if it has a picture and lies on some canvas. */
function frameOf(data: Uint8Array): Frame | undefined {
  if (data.length < FRAME_HEADER) return undefined;
  const chunks = pictureOf(data);
  if (chunks === undefined) return undefined;
  const flags = data[15] ?? 0;
  return {
    part: {
      left: 2 * uint24(data, 0),
      top: 2 * uint24(data, 3),
      ...sizeAt(data, 6),
    },
    milliseconds: uint24(data, 12),
    isBlended: (flags & NOT_BLENDED) === 0,
    isCleared: (flags & CLEARED) !== 0,
    hasAlpha: chunks.some(({ name }) => name !== "VP8 "),
    chunks,
  };
}

/** Alpha stands before colours: section 2.7.1.2. What else there is, is left. */
function pictureOf(data: Uint8Array): Chunk[] | undefined {
  let alpha: Chunk | undefined;
  let others = 0;
  for (const chunk of chunksOf(data, FRAME_HEADER)) {
    if (chunk.name === "VP8L") return [chunk];
    if (chunk.name === "VP8 ") return alpha ? [alpha, chunk] : [chunk];
    if (chunk.name === "ALPH") alpha ??= chunk;
    else if (++others > MOST_OTHERS) return undefined;
  }
  return undefined;
}

function sizeAt(data: Uint8Array, at: number): Size {
  return { width: 1 + uint24(data, at), height: 1 + uint24(data, at + 3) };
}

function uint24(data: Uint8Array, at: number): number {
  return viewOf(data).getUint16(at, true) | (data[at + 2] ?? 0) << 16;
}
