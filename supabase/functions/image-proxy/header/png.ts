/**
 * PNG, and the first picture of an APNG: W3C Portable Network Graphics, third
 * edition, sections 5 and 11.2. No I/O.
 *
 * @module
 */
import { ascii, type Header, type Unreadable, viewOf } from "./header.ts";

/** Signature, length and type of the first chunk, and its data. */
const END_OF_IHDR = 8 + 8 + 13;

/** Source: section 5.2, since libraries count with signs. */
const MOST = 2 ** 31 - 1;

/** Depths that each type of colour has: section 11.2.1, table 12. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Adam7 has seven: section 8.1. */
const PASSES = 7;

export function pngHeader(file: Uint8Array): Header | Unreadable {
  if (file.length < END_OF_IHDR) return "truncated";
  const view = viewOf(file);
  if (ascii(file, 12, 4) !== "IHDR" || view.getUint32(8) !== 13) {
    return "corrupt";
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colour, , , interlace] = file.subarray(24, 29);
  const depths = DEPTHS[colour ?? -1] ?? [];
  const isSize = width > 0 && height > 0 && width <= MOST && height <= MOST;
  if (!isSize || !depths.includes(depth ?? 0)) return "corrupt";
  if (interlace !== 0 && interlace !== 1) return "corrupt";
  const frames = framesOf(file);
  return {
    format: "png",
    size: { width, height },
    passes: interlace === 1 ? PASSES : 1,
    keptBytes: interlace === 1 ? width * height * 4 : 0,
    ...frames > 1 && { frames },
  };
}

/** Colours and texts stand before the picture, and few others. */
const MOST_CHUNKS = 64;

/** What the chunk says that stands before an animation: section 11.3.8.1. */
function framesOf(file: Uint8Array): number {
  const view = viewOf(file);
  let at = 8;
  for (let i = 0; i < MOST_CHUNKS && at + 12 <= file.length; i++) {
    const type = ascii(file, at + 4, 4);
    if (type === "acTL") return view.getUint32(at + 8);
    if (type === "IDAT") return 1;
    at += 12 + view.getUint32(at);
  }
  return 1;
}
