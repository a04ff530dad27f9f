/**
 * ICO and CUR for the engine: the picture that fits best.
 *
 * @module
 */
import type { Failure, Need } from "../decoders.ts";
import type { Source } from "../engine/source.ts";
import type { Header } from "../header/header.ts";
import { failureOf, orUnreadable, Refused } from "../header/refused.ts";
import { type Bitmap, hasAlphaOf } from "../bmp/bitmap.ts";
import { coloursOf } from "../bmp/colours.ts";
import { plainBytes, plainRows } from "../bmp/rows.ts";
import { bestOf } from "./choice.ts";
import { type Picture, picturesOf } from "./directory.ts";
import { maskedRows, withAlpha } from "./mask.ts";

export function icoSource(
  file: Uint8Array,
  _header: Header,
  need: Need,
): Promise<Source | Failure> {
  const source = orUnreadable(() => {
    const picture = bestOf(picturesOf(file), need.size);
    if (picture === undefined) throw new Refused("corrupt");
    return sourceOf(file, picture);
  });
  return Promise.resolve(
    typeof source === "string" ? failureOf(source) : source,
  );
}

/** @throws {Refused} If the picture is not all there. */
function sourceOf(
  file: Uint8Array,
  { at, length, bitmap }: Picture,
): Source {
  if (bitmap === undefined) return file.subarray(at, at + length);
  return pixelsOf(file, bitmap);
}

function pixelsOf(file: Uint8Array, bitmap: Bitmap): Source {
  const data = file.subarray(bitmap.end);
  if (data.length < plainBytes(bitmap)) throw new Refused("truncated");
  const colours = coloursOf(file, bitmap.palette);
  const found = withAlpha(data, bitmap);
  const rows = plainRows(data, found, colours);
  return {
    size: bitmap.size,
    hasAlpha: true,
    pixels: hasAlphaOf(found) ? rows : maskedRows(data, bitmap, rows),
  };
}
