/**
 * JPEG, and what phones put behind it.
 *
 * @module
 */
import type { Bytes } from "../../_shared/bytes.ts";
import type { Extent } from "./format.ts";
import { picturesIn } from "./multi_picture.ts";
import { Walk } from "./walk.ts";

// Markers of ITU-T T.81, table B.1, without their 0xff.
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP2 = 0xe2;

/** DHT, JPG and DAC, which stand between the SOFs in that table. */
const NO_FRAME: readonly number[] = [0xc4, 0xc8, 0xcc];

/** Of a segment, in bytes: what an index of pictures has at its front. */
const LOOK = 128;

interface Image {
  readonly pixels: number;
  /** How many there are in the file, if this is the first of them. */
  readonly pictures: number;
}

/**
 * Walks a JPEG by its segments and scans up to its EOI: ITU-T T.81, whose
 * sections are meant below.
 *
 * As many images may follow the first as it says (CIPA DC-007, which Ultra HDR
 * is built on), and count. There may be fewer: programs drop them and leave the
 * index. What a motion photo has behind them, a film, is none of the JPEG's own.
 */
export async function jpeg(bytes: Bytes): Promise<Extent | undefined> {
  const walk = new Walk(bytes);
  let image = await imageAt(walk);
  if (image === undefined) return undefined;
  const { pictures } = image;
  let { pixels } = image;
  for (let count = 1; count < pictures && await startsImage(walk); count++) {
    image = await imageAt(walk);
    if (image === undefined) return undefined;
    pixels += image.pixels;
  }
  return { end: walk.at, pixels };
}

async function startsImage(walk: Walk): Promise<boolean> {
  return await walk.reaches(3) && walk.byte(0) === 0xff &&
    walk.byte(1) === SOI && walk.byte(2) === 0xff;
}

/** One image, from its SOI to behind its EOI. */
async function imageAt(walk: Walk): Promise<Image | undefined> {
  if (!await startsImage(walk)) return undefined;
  walk.at += 2;
  let pixels = 0;
  let hasScan = false;
  let pictures = 1;
  while (walk.holds(2) || await walk.reaches(2)) {
    const marker = walk.byte(1);
    if (walk.byte(0) !== 0xff) return undefined;
    if (marker === 0xff) {
      // Any number of these may stand before a marker: §B.1.1.2.
      walk.at++;
      continue;
    }
    if (marker === EOI) {
      walk.at += 2;
      return hasScan ? { pixels, pictures } : undefined;
    }
    if (!hasLength(marker)) return undefined;
    if (!walk.holds(4) && !await walk.reaches(4)) return undefined;
    const length = walk.u16(2);
    const looked = Math.min(2 + length, LOOK);
    if (length < 2 || !walk.holds(looked) && !await walk.reaches(looked)) {
      return undefined;
    }

    if (isFrame(marker)) {
      // A second frame is one of a hierarchy (annex J), which nothing shows.
      if (pixels !== 0 || !isFrameHeader(walk, length)) return undefined;
      pixels = walk.u16(5) * walk.u16(7);
      if (pixels === 0) return undefined;
    }
    if (marker === APP2 && length >= 16) {
      const segment = walk.held().subarray(0, looked);
      pictures = Math.max(pictures, picturesIn(segment));
    }
    walk.at += 2 + length;
    if (marker === SOS) {
      if (pixels === 0 || !await skipData(walk)) return undefined;
      hasScan = true;
    }
  }
  return undefined;
}

/** SOF to COM, but for RST, SOI and EOI, which stand alone: §B.1.1.3. */
function hasLength(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xfe && (marker < 0xd0 || marker > EOI);
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !NO_FRAME.includes(marker);
}

/** As long as its components need: §B.2.2. */
function isFrameHeader(walk: Walk, length: number): boolean {
  return length >= 11 && length === 8 + 3 * walk.byte(9);
}

/** Goes to the marker behind entropy-coded data. False where there is none. */
async function skipData(walk: Walk): Promise<boolean> {
  while (walk.holds(2) || await walk.reaches(2)) {
    const held = walk.held();
    const length = dataIn(held);
    walk.at += length;
    if (length < held.length - 1) return true;
  }
  return false;
}

/**
 * How many bytes of `held` come before the first marker: but for 0xff00, which
 * is data, restarts, and what may fill (§B.1.1.5 and §B.1.1.2). The last byte is
 * left where it could begin one.
 *
 * Byte by byte: `indexOf` is as fast on photos, but takes half a second for 64
 * MiB where every second byte is 0xff (measured 2026-11, Deno 2.9.5).
 */
function dataIn(held: Uint8Array): number {
  const last = held.length - 1;
  let at = 0;
  while (at < last) {
    if (held[at] !== 0xff) {
      at++;
      continue;
    }
    const next = held[at + 1] ?? 0;
    if (next === 0 || next >= 0xd0 && next <= 0xd7) at += 2;
    else if (next === 0xff) at++;
    else return at;
  }
  return at;
}
