/**
 * WebP: the container of RFC 9649. No I/O.
 *
 * @module
 */
import {
  ascii,
  type Header,
  MOST_FRAMES,
  type Unreadable,
  viewOf,
} from "./header.ts";

const FIRST_CHUNK = 12;
const VP8_START = [0x9d, 0x01, 0x2a];
const VP8L_START = 0x2f;

export function webpHeader(file: Uint8Array): Header | Unreadable {
  if (file.length < FIRST_CHUNK + 18) return "truncated";
  switch (ascii(file, FIRST_CHUNK, 4)) {
    case "VP8 ":
      return lossy(file, FIRST_CHUNK + 8);
    case "VP8L":
      return lossless(file, FIRST_CHUNK + 8);
    case "VP8X":
      return extended(file, FIRST_CHUNK + 8);
    default:
      return "corrupt";
  }
}

/** RFC 6386, section 9.1. */
function lossy(file: Uint8Array, at: number): Header | Unreadable {
  const isStart = VP8_START.every((byte, i) => file[at + 3 + i] === byte);
  if (!isStart) return "corrupt";
  const view = viewOf(file);
  const width = view.getUint16(at + 6, true) & 0x3fff;
  const height = view.getUint16(at + 8, true) & 0x3fff;
  return headerOf(width, height, 0);
}

/** Section 3.4. It has to be kept whole: later pixels point to earlier ones. */
function lossless(file: Uint8Array, at: number): Header | Unreadable {
  if (file[at] !== VP8L_START) return "corrupt";
  const bits = viewOf(file).getUint32(at + 1, true);
  const width = (bits & 0x3fff) + 1;
  const height = ((bits >>> 14) & 0x3fff) + 1;
  return headerOf(width, height, width * height * 4);
}

/**
 * Section 2.7.1: the size of the canvas, and behind some chunks the picture. Of
 * an animation the first frame is what counts, and it is no larger.
 */
function extended(file: Uint8Array, at: number): Header | Unreadable {
  const width = 1 + uint24(file, at + 4);
  const height = 1 + uint24(file, at + 7);
  const isLossless = containsLossless(file, at + 10);
  const header = headerOf(width, height, isLossless ? width * height * 4 : 0);
  const frames = framesFrom(file, at + 10);
  return frames < 2 || typeof header === "string"
    ? header
    : { ...header, frames };
}

/** A picture stands behind few others: a profile, the animation, alpha. */
const MOST_CHUNKS = 64;

/** Whether the first picture behind `from` is VP8L. */
function containsLossless(file: Uint8Array, from: number): boolean {
  const view = viewOf(file);
  let at = from;
  for (let i = 0; i < MOST_CHUNKS && at + 8 <= file.length; i++) {
    const name = ascii(file, at, 4);
    if (name === "VP8L") return true;
    if (name === "VP8 ") return false;
    const length = view.getUint32(at + 4, true);
    // The frame's own chunks stand behind its 16 bytes: section 2.7.1.1.
    at += name === "ANMF" ? 24 : 8 + length + (length & 1);
  }
  return false;
}

/** Counts them, as far as they are here. */
function framesFrom(file: Uint8Array, from: number): number {
  const view = viewOf(file);
  let [at, frames, others] = [from, 0, 0];
  while (at + 8 <= file.length && frames <= MOST_FRAMES) {
    if (ascii(file, at, 4) === "ANMF") frames++;
    else if (++others > MOST_CHUNKS) break;
    const length = view.getUint32(at + 4, true);
    at += 8 + length + (length & 1);
  }
  return frames;
}

function uint24(file: Uint8Array, at: number): number {
  const [low = 0, middle = 0, high = 0] = file.subarray(at, at + 3);
  return low | middle << 8 | high << 16;
}

function headerOf(
  width: number,
  height: number,
  keptBytes: number,
): Header | Unreadable {
  if (width === 0 || height === 0) return "corrupt";
  return { format: "webp", size: { width, height }, passes: 1, keptBytes };
}
