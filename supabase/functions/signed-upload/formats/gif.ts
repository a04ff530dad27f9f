/**
 * GIF, still and animated.
 *
 * @module
 */
import type { Bytes } from "../../_shared/bytes.ts";
import type { Extent } from "./format.ts";
import { Walk } from "./walk.ts";

// The blocks of GIF89a, by its appendix A.
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;

/**
 * Walks the blocks of a GIF up to its trailer: CompuServe's Graphics
 * Interchange Format, version 89a, whose sections are meant below.
 *
 * A frame counts as large as the screen, or as the largest frame if that is
 * larger: decoders draw it whole before they clip it.
 */
export async function gif(bytes: Bytes): Promise<Extent | undefined> {
  const walk = new Walk(bytes);
  if (!await walk.reaches(13)) return undefined;
  if (!walk.is("GIF87a") && !walk.is("GIF89a")) return undefined;
  let largest = walk.u16le(6) * walk.u16le(8);
  if (largest === 0) return undefined;
  walk.at += 13 + tableAfter(walk.byte(10));

  let frames = 0;
  while (walk.holds(1) || await walk.reaches(1)) {
    const block = walk.byte(0);
    if (block === TRAILER) {
      if (frames === 0) return undefined;
      return { end: walk.at + 1, pixels: largest * frames };
    }
    if (block === IMAGE) {
      if (!walk.holds(10) && !await walk.reaches(10)) return undefined;
      const area = walk.u16le(5) * walk.u16le(7);
      if (area === 0) return undefined;
      largest = Math.max(largest, area);
      frames++;
      // The size of the codes stands before their blocks: §22.
      walk.at += 10 + tableAfter(walk.byte(9)) + 1;
    } else if (block === EXTENSION) {
      // A label, then blocks, whatever it is: §23 to §26.
      walk.at += 2;
    } else return undefined;
    if (!hop(walk) && !await hopOn(walk)) return undefined;
  }
  return undefined;
}

/** In bytes, the colour table that `flags` announce: §18 and §20. */
function tableAfter(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/**
 * Goes behind the sub-blocks from here on, a length and as many bytes each,
 * where an empty one is the last: §15. False where they are not all held.
 */
function hop(walk: Walk): boolean {
  while (walk.holds(1)) {
    const length = walk.byte(0);
    walk.at += 1 + length;
    if (length === 0) return true;
  }
  return false;
}

async function hopOn(walk: Walk): Promise<boolean> {
  while (await walk.reaches(1)) {
    if (hop(walk)) return true;
  }
  return false;
}
