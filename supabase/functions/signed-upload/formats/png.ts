/**
 * PNG and APNG.
 *
 * @module
 */
import type { Bytes } from "../../_shared/bytes.ts";
import type { Extent } from "./format.ts";
import { Walk } from "./walk.ts";

/** PNG (Third Edition) §5.2. */
const SIGNATURE = "\x89PNG\r\n\x1a\n";

/** A length, a type and a checksum: §5.3. */
const AROUND = 12;

/** The largest length, width and height: §5.3 and §11.2.1. */
const MAX = 2 ** 31 - 1;

/**
 * Walks the chunks of a PNG: a header first (§5.6), image data, and an end
 * without content (§11.2.4), behind which the file ends. Checksums are not
 * looked at: they prove nothing about whoever wrote them.
 *
 * An animation counts with as many frames as it announces, or has if they are
 * more (§11.3.6).
 */
export async function png(bytes: Bytes): Promise<Extent | undefined> {
  const walk = new Walk(bytes);
  if (!await walk.reaches(SIGNATURE.length + 25)) return undefined;
  if (!walk.is(SIGNATURE)) return undefined;
  walk.at += SIGNATURE.length;
  if (walk.u32(0) !== 13 || !walk.is("IHDR", 4)) return undefined;
  const [width, height] = [walk.u32(8), walk.u32(12)];
  if (!isSide(width) || !isSide(height)) return undefined;
  walk.at += AROUND + 13;

  let announced = 1;
  let controls = 0;
  let hasData = false;
  while (walk.holds(8) || await walk.reaches(8)) {
    const length = walk.u32(0);
    if (length > MAX || !isType(walk)) return undefined;
    if (walk.is("IEND", 4)) {
      const end = walk.at + AROUND;
      if (length !== 0 || !hasData || end > bytes.size) return undefined;
      return { end, pixels: width * height * Math.max(announced, controls) };
    }
    if (walk.is("IHDR", 4)) return undefined;
    if (walk.is("IDAT", 4)) hasData = true;
    if (walk.is("fcTL", 4)) controls++;
    if (walk.is("acTL", 4)) {
      if (length !== 8 || !await walk.reaches(AROUND)) return undefined;
      announced = Math.max(announced, walk.u32(8));
    }
    walk.at += AROUND + length;
  }
  return undefined;
}

function isSide(length: number): boolean {
  return length >= 1 && length <= MAX;
}

/** Four letters: §5.3. */
function isType(walk: Walk): boolean {
  for (let i = 4; i < 8; i++) {
    const lower = walk.byte(i) | 0x20;
    if (lower < 0x61 || lower > 0x7a) return false;
  }
  return true;
}
