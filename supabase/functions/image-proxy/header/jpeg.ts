/**
 * JPEG: ITU-T T.81, annex B. No I/O.
 *
 * @module
 */
import { type Header, type Unreadable, viewOf } from "./header.ts";

const START_OF_FRAME = new Set([0xc0, 0xc1, 0xc2]);
/** Lossless, hierarchical and arithmetic: nothing on the web shows them. */
const OTHER_FRAMES = new Set([
  ...[0xc3, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf],
]);
const PROGRESSIVE = 0xc2;
const SCAN = 0xda;
const END = 0xd9;

/** Cameras write about twenty. */
const MOST_SEGMENTS = 4_096;

/** Of a block of 8 × 8, in bytes: two for each coefficient. */
const BLOCK_BYTES = 128;

/** A start of frame: what it says of the picture. */
interface Frame {
  readonly height: number;
  readonly width: number;
  readonly components: number;
  readonly isProgressive: boolean;
  /** Of all components together. */
  readonly blocks: number;
}

/** Reads segments up to the first scan, then counts the scans if they matter. */
export function jpegHeader(file: Uint8Array): Header | Unreadable {
  const view = viewOf(file);
  let frame: Frame | undefined;
  let at = 2;
  for (let i = 0; i < MOST_SEGMENTS && at + 4 <= file.length; i++) {
    if (file[at] !== 0xff) return "corrupt";
    const marker = file[at + 1] ?? 0;
    if (marker === 0xff) {
      at++; // fill bytes: section B.1.1.2
      continue;
    }
    if (OTHER_FRAMES.has(marker)) {
      return "unsupported: It is lossless, hierarchical or arithmetic";
    }
    if (marker === END) return "corrupt";
    const length = view.getUint16(at + 2);
    if (length < 2) return "corrupt";
    if (START_OF_FRAME.has(marker)) {
      if (frame !== undefined) return "corrupt";
      const found = frameOf(view, at + 4, length - 2, marker);
      if (typeof found === "string") return found;
      frame = found;
    }
    if (marker === SCAN) {
      if (frame === undefined) return "corrupt";
      return headerOf(file, at, frame);
    }
    at += 2 + length;
  }
  return at + 4 > file.length ? "truncated" : "corrupt";
}

/** Section B.2.2. */
function frameOf(
  view: DataView,
  at: number,
  length: number,
  marker: number,
): Frame | Unreadable {
  if (at + length > view.byteLength) return "truncated";
  const components = length < 6 ? 0 : view.getUint8(at + 5);
  if (length !== 6 + 3 * components) return "corrupt";
  if (view.getUint8(at) !== 8) {
    return "unsupported: Its samples are not of 8 bits";
  }
  if (![1, 3, 4].includes(components)) {
    return "unsupported: Its components are not 1, 3 or 4";
  }
  const height = view.getUint16(at + 1);
  const width = view.getUint16(at + 3);
  // A height of 0 stands behind the first scan: DNL, which nothing writes.
  if (width === 0 || height === 0) return "corrupt";
  const factors = Array.from(
    { length: components },
    (_, i) => view.getUint8(at + 7 + 3 * i),
  );
  const across = factors.map((it) => it >> 4);
  const down = factors.map((it) => it & 15);
  if ([...across, ...down].some((it) => it < 1 || it > 4)) return "corrupt";
  const blocks = factors.reduce((sum, _, i) => {
    const wide = (across[i] ?? 1) / Math.max(...across);
    const high = (down[i] ?? 1) / Math.max(...down);
    return sum + Math.ceil(width * wide / 8) * Math.ceil(height * high / 8);
  }, 0);
  const isProgressive = marker === PROGRESSIVE;
  return { height, width, components, isProgressive, blocks };
}

function headerOf(file: Uint8Array, scan: number, frame: Frame): Header {
  const { width, height, components, isProgressive, blocks } = frame;
  // A scan of fewer components is one of several.
  const isWhole = file[scan + 4] === components;
  const isKept = isProgressive || !isWhole;
  return {
    format: "jpeg",
    size: { width, height },
    passes: isKept ? scansFrom(file, scan) : 1,
    keptBytes: isKept ? blocks * BLOCK_BYTES : 0,
  };
}

/** In the data of a scan, 0xff is followed by 0 or by a restart marker. */
function scansFrom(file: Uint8Array, first: number): number {
  let scans = 0;
  for (let at = first; at + 1 < file.length; at++) {
    if (file[at] === 0xff && file[at + 1] === SCAN) scans++;
  }
  return scans;
}
