/**
 * BMP: the header of the file, and of the bitmap in it. No I/O.
 *
 * @module
 */
import {
  ascii,
  type Header,
  type Unreadable,
  viewOf,
} from "../header/header.ts";
import { Numbers } from "../header/numbers.ts";
import { orUnreadable, Refused } from "../header/refused.ts";
import { type Bitmap, hasAlphaOf, HEADER_SIZES, readBitmap } from "./bitmap.ts";
import { decodeCost } from "./costs.ts";

/** `BITMAPFILEHEADER` */
const FILE_HEADER = 14;

/** Two letters are what many texts begin with: a header has to follow. */
export function isBmp(file: Uint8Array): boolean {
  if (ascii(file, 0, 2) !== "BM") return false;
  if (file.length < FILE_HEADER + 4) return true;
  return HEADER_SIZES.has(viewOf(file).getUint32(FILE_HEADER, true));
}

/** A bitmap, and where its pixels begin. */
export interface Located {
  readonly bitmap: Bitmap;
  readonly pixelsAt: number;
}

/** @throws {Refused} If the file is broken, or of a kind that is not read. */
export function locate(file: Uint8Array): Located {
  const numbers = new Numbers(file, true);
  const bitmap = readBitmap(numbers, FILE_HEADER);
  const pixelsAt = numbers.u32(10);
  // Palettes that reach into the pixels are said to be longer than they are.
  if (pixelsAt < bitmap.palette.at) throw new Refused("corrupt");
  return { bitmap, pixelsAt };
}

/** Runs are stored from the lowest row, and come as they are stored. */
export function orientationOf({ coding }: Bitmap): 1 | 4 {
  return coding === "plain" ? 1 : 4;
}

export function bmpHeader(file: Uint8Array): Header | Unreadable {
  return orUnreadable(() => {
    const { bitmap } = locate(file);
    return {
      format: "bmp",
      size: bitmap.size,
      passes: 1,
      keptBytes: 0,
      decodeNs: decodeCost(bitmap, file.length),
      hasAlpha: hasAlphaOf(bitmap),
      orientation: orientationOf(bitmap),
    };
  });
}
