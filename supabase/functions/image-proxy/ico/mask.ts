/**
 * What an icon is seen through. No I/O.
 *
 * @module
 */
import type { ReadRow } from "../engine/source.ts";
import { type Bitmap, hasAlphaOf } from "../bmp/bitmap.ts";
import { plainBytes, strideOf } from "../bmp/rows.ts";

/**
 * The rows of `rows`, seen through where the mask behind the pixels in `data`
 * says so. A mask that is not there hides nothing.
 */
export function maskedRows(
  data: Uint8Array,
  bitmap: Bitmap,
  rows: ReadRow,
): ReadRow {
  const { isTopDown, size: { width, height } } = bitmap;
  const mask = { ...bitmap, bits: 1 };
  const stride = strideOf(mask);
  const bits = data.subarray(strideOf(bitmap) * height);
  if (bits.length < plainBytes(mask)) return rows;
  return (y, into) => {
    rows(y, into);
    const at = stride * (isTopDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const isClear = (bits[at + (x >> 3)] ?? 0) >> 7 - x % 8 & 1;
      if (isClear === 1) into[4 * x + 3] = 0;
    }
  };
}

/** The highest of 32 bits: alpha, if any pixel has some. */
const ALPHA = 0xff000000;

/**
 * A bitmap of 32 bits with alpha, if there is any in `data`: in an icon nothing
 * says so but the pixels.
 */
export function withAlpha(data: Uint8Array, bitmap: Bitmap): Bitmap {
  if (bitmap.bits !== 32 || hasAlphaOf(bitmap)) return bitmap;
  const { red, green, blue } = bitmap.masks;
  if (((red | green | blue) & ALPHA) !== 0) return bitmap;
  const end = plainBytes(bitmap);
  for (let at = 3; at < end; at += 4) {
    if (data[at] !== 0) {
      return { ...bitmap, masks: { ...bitmap.masks, alpha: ALPHA } };
    }
  }
  return bitmap;
}
