/**
 * BMP for the engine: pixels by rows.
 *
 * @module
 */
import type { Failure } from "../decoders.ts";
import type { Pixels, Source } from "../engine/source.ts";
import { failureOf, orUnreadable, Refused } from "../header/refused.ts";
import { hasAlphaOf } from "./bitmap.ts";
import { coloursOf } from "./colours.ts";
import { locate, orientationOf } from "./header.ts";
import { plainBytes, plainRows } from "./rows.ts";
import { runRows } from "./runs.ts";

export function bmpSource(file: Uint8Array): Promise<Source | Failure> {
  const pixels = orUnreadable(() => pixelsOf(file));
  return Promise.resolve(
    typeof pixels === "string" ? failureOf(pixels) : pixels,
  );
}

/** @throws {Refused} If the file is broken, or of a kind that is not read. */
function pixelsOf(file: Uint8Array): Pixels {
  const { bitmap, pixelsAt } = locate(file);
  const colours = coloursOf(file, bitmap.palette);
  const data = file.subarray(pixelsAt);
  const isPlain = bitmap.coding === "plain";
  if (isPlain && data.length < plainBytes(bitmap)) {
    throw new Refused("truncated");
  }
  const { size, profile } = bitmap;
  const place = profile && file.subarray(profile.at)
    .subarray(0, profile.length);
  return {
    size,
    orientation: orientationOf(bitmap),
    hasAlpha: hasAlphaOf(bitmap),
    pixels: (isPlain ? plainRows : runRows)(data, bitmap, colours),
    ...place && { profile: place },
  };
}
