/**
 * TIFF: its first picture, by its directory. No I/O.
 *
 * @module
 */
import { ascii, type Header, type Unreadable } from "../header/header.ts";
import { orUnreadable } from "../header/refused.ts";
import { decodeCost, keptBytes } from "./costs.ts";
import { firstDirectory } from "./directory.ts";
import { type Image, imageOf } from "./image.ts";

/** @throws {Refused} If it is broken, or of a kind that is not read. */
export function readImage(file: Uint8Array): Image {
  return imageOf(firstDirectory(file), ascii(file, 0, 2) === "II");
}

export function tiffHeader(file: Uint8Array): Header | Unreadable {
  return orUnreadable(() => {
    const image = readImage(file);
    return {
      format: "tiff",
      size: image.size,
      passes: 1,
      keptBytes: keptBytes(image),
      decodeNs: decodeCost(image),
      hasAlpha: image.alpha !== undefined && image.colour !== "ink",
      orientation: image.orientation,
    };
  });
}
