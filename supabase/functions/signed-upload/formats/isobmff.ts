/**
 * Films and pictures in boxes: MP4, QuickTime, 3GP, AVIF and HEIC.
 *
 * @module
 */
import type { Bytes } from "../../_shared/bytes.ts";
import { MiB } from "../../_shared/units.ts";
import type { Extent } from "./format.ts";
import { Walk } from "./walk.ts";

/**
 * Boxes side by side. They may lie so far apart that each takes a request of
 * its own, and a recording has two for each of its fragments, so this is half
 * an hour in fragments of a second, and some 20 seconds of requests.
 */
const MAX_BOXES = 4096;

/** In bytes. A grid of 48 tiles from a phone takes about 4 KiB. */
const MAX_META = 1 * MiB;

/** QuickTime had these before there was `ftyp`. */
const OLD_FIRST: readonly string[] = ["moov", "mdat", "wide", "free"];

interface Box {
  readonly type: string;
  /** Where its content begins, and where it ends. */
  readonly first: number;
  readonly end: number;
}

/**
 * Walks the boxes of a film or a recording, which have one `moov` (ISO/IEC
 * 14496-12 §8.2.1), and one `ftyp` in front (§4.3) but for old ones.
 */
export async function film(bytes: Bytes): Promise<Extent | undefined> {
  const found = await boxesOf(bytes);
  if (found === undefined) return undefined;
  const types = found.boxes.map(({ type }) => type);
  if (!["ftyp", ...OLD_FIRST].includes(types[0] ?? "")) return undefined;
  if (types.includes("ftyp", 1)) return undefined;
  if (types.filter((it) => it === "moov").length !== 1) return undefined;
  return { end: found.end, pixels: 0 };
}

/**
 * Walks the boxes of a picture: an `mdat` that holds it, and one `meta` (ISO/IEC
 * 14496-12 §8.11.1) that says how large things are. The largest counts, which
 * is the whole where there are tiles.
 */
export async function heif(bytes: Bytes): Promise<Extent | undefined> {
  const found = await boxesOf(bytes);
  if (found === undefined || found.boxes[0]?.type !== "ftyp") return undefined;
  const [meta, ...more] = found.boxes.filter(({ type }) => type === "meta");
  if (meta === undefined || more.length > 0) return undefined;
  if (!found.boxes.some(({ type }) => type === "mdat")) return undefined;
  const length = meta.end - meta.first;
  if (length > MAX_META) return undefined;
  const pixels = largestIn(await bytes.at(meta.first, length));
  return pixels === 0 ? undefined : { end: found.end, pixels };
}

/** The boxes side by side, and where what is no box begins. */
async function boxesOf(
  bytes: Bytes,
): Promise<{ boxes: Box[]; end: number } | undefined> {
  const walk = new Walk(bytes);
  const boxes: Box[] = [];
  while (walk.at < bytes.size) {
    if (!await walk.reaches(8) || !isType(walk)) break;
    const box = await boxAt(walk, bytes.size);
    if (box === undefined || boxes.length === MAX_BOXES) return undefined;
    boxes.push(box);
    walk.at = box.end;
  }
  return { boxes, end: walk.at };
}

/** ISO/IEC 14496-12 §4.2. */
async function boxAt(walk: Walk, size: number): Promise<Box | undefined> {
  const type = typeAt(walk);
  const short = walk.u32(0);
  let header = 8;
  let length = short;
  if (short === 0) {
    // To the end of the file, which is for media data.
    if (type !== "mdat") return undefined;
    length = size - walk.at;
  } else if (short === 1) {
    if (!await walk.reaches(16)) return undefined;
    length = walk.u32(8) * 2 ** 32 + walk.u32(12);
    header = 16;
  }
  const end = walk.at + length;
  if (length < header || end > size) return undefined;
  return { type, first: walk.at + header, end };
}

function isType(walk: Walk): boolean {
  return /^[ -~]{4}$/.test(typeAt(walk));
}

function typeAt(walk: Walk): string {
  return String.fromCharCode(
    walk.byte(4),
    walk.byte(5),
    walk.byte(6),
    walk.byte(7),
  );
}

/** The largest `ispe` (ISO/IEC 23008-12 §6.5.3) in a `meta`, or 0. */
function largestIn(meta: Uint8Array): number {
  // Behind a version and flags, as in `ispe` below: §8.11.1.
  const properties = childOf(childOf(meta.subarray(4), "iprp"), "ipco");
  let largest = 0;
  for (const [type, content] of childrenOf(properties)) {
    if (type !== "ispe" || content.length < 12) continue;
    const view = new DataView(content.buffer, content.byteOffset, 12);
    largest = Math.max(largest, view.getUint32(4) * view.getUint32(8));
  }
  return largest;
}

function childOf(parent: Uint8Array, wanted: string): Uint8Array {
  for (const [type, content] of childrenOf(parent)) {
    if (type === wanted) return content;
  }
  return new Uint8Array();
}

/** Boxes of 32 bits inside another, up to the first that does not fit. */
function* childrenOf(
  parent: Uint8Array,
): Generator<[type: string, content: Uint8Array]> {
  const view = new DataView(parent.buffer, parent.byteOffset, parent.length);
  let at = 0;
  while (at + 8 <= parent.length) {
    const length = view.getUint32(at);
    const end = at + length;
    if (length < 8 || end > parent.length) return;
    const type = String.fromCharCode(...parent.subarray(at + 4, at + 8));
    yield [type, parent.subarray(at + 8, end)];
    at = end;
  }
}
