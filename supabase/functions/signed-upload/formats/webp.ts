/**
 * WebP, still and animated.
 *
 * @module
 */
import type { Bytes } from "../../_shared/bytes.ts";
import type { Extent } from "./format.ts";
import { Walk } from "./walk.ts";

/** What is before the frame of an animation: RFC 9649 §2.7.1.1. */
const FRAME_HEADER = 16;

/**
 * Walks the chunks of a WebP (RFC 9649, whose sections are meant below), which
 * must fill the size that its RIFF header says, to the byte.
 *
 * Every width and height that it says anywhere is looked at, since decoders
 * differ in which one they take: the largest counts, for each frame.
 */
export async function webp(bytes: Bytes): Promise<Extent | undefined> {
  const walk = new Walk(bytes);
  if (!await walk.reaches(20)) return undefined;
  if (!walk.is("RIFF") || !walk.is("WEBP", 8)) return undefined;
  const end = 8 + walk.u32le(4);
  if (end > bytes.size) return undefined;
  walk.at += 12;
  // One of these comes first, and the last of them only there: §2.5 to §2.7.
  if (!["VP8 ", "VP8L", "VP8X"].some((it) => walk.is(it))) return undefined;

  let largest = 0;
  let frames = 0;
  let hasImage = false;
  let frameEnd = 0;
  while (walk.at < end) {
    if (!walk.holds(8) && !await walk.reaches(8)) return undefined;
    const isInFrame = walk.at < frameEnd;
    const length = walk.u32le(4);
    // Padded to an even length: §2.3.
    const next = walk.at + 8 + length + length % 2;
    if (next > (isInFrame ? frameEnd : end)) return undefined;

    const area = await areaOf(walk, length);
    if (area === undefined) return undefined;
    largest = Math.max(largest, area);
    if (walk.is("VP8 ") || walk.is("VP8L")) hasImage = true;
    if (walk.is("VP8X") && walk.at !== 12) return undefined;
    if (walk.is("ANMF")) {
      if (isInFrame) return undefined;
      frames++;
      frameEnd = next;
      walk.at += 8 + FRAME_HEADER;
    } else walk.at = next;
  }
  if (!hasImage || largest === 0) return undefined;
  return { end, pixels: largest * Math.max(1, frames) };
}

/**
 * Width × height as the chunk here says it, 0 for one that does not, and
 * `undefined` for one that should.
 */
async function areaOf(walk: Walk, length: number): Promise<number | undefined> {
  if (walk.is("VP8 ")) {
    if (length < 10 || !await walk.reaches(18)) return undefined;
    // A key frame's tag, its start code, then 14 bits each: RFC 6386 §9.1.
    if ((walk.byte(8) & 1) !== 0 || !walk.is("\x9d\x01\x2a", 11)) {
      return undefined;
    }
    return (walk.u16le(14) & 0x3fff) * (walk.u16le(16) & 0x3fff) || undefined;
  }
  if (walk.is("VP8L")) {
    // A signature, then 14 bits each, less one: RFC 9649 §3.4.
    if (length < 5 || !await walk.reaches(13)) return undefined;
    if (walk.byte(8) !== 0x2f) return undefined;
    const bits = walk.u32le(9);
    return (1 + bits % 0x4000) * (1 + Math.floor(bits / 0x4000) % 0x4000);
  }
  if (walk.is("VP8X")) {
    // 24 bits each, less one: §2.7.
    if (length < 10 || !await walk.reaches(18)) return undefined;
    return (1 + walk.u24le(12)) * (1 + walk.u24le(15));
  }
  if (walk.is("ANMF")) {
    if (length < FRAME_HEADER || !await walk.reaches(24)) return undefined;
    return (1 + walk.u24le(14)) * (1 + walk.u24le(17));
  }
  return 0;
}
