/**
 * TIFF for the engine: rows, or pixels of blocks that are JPEG files.
 *
 * @module
 */
import type { Failure } from "../decoders.ts";
import type { Pixels, Source } from "../engine/source.ts";
import { failureOf, orUnreadable } from "../header/refused.ts";
import { readImage } from "./header.ts";
import type { Image } from "./image.ts";
import { pixelsOf } from "./jpeg.ts";
import { rowsOf } from "./rows.ts";

export async function tiffSource(file: Uint8Array): Promise<Source | Failure> {
  const image = orUnreadable(() => readImage(file));
  if (typeof image === "string") return failureOf(image);
  const { size, orientation, colour, alpha, profile } = image;
  const pixels = await pixelsIn(file, image);
  if (typeof pixels === "string") return pixels;
  const isInk = colour === "ink" && image.compression !== "jpeg";
  const isGrey = colour === "black is 0" || colour === "white is 0";
  return {
    ...{ size, orientation, pixels },
    hasAlpha: alpha !== undefined && colour !== "ink",
    space: isInk ? "ink" : isGrey ? "grey" : "rgb",
    ...profile && {
      profile: file.subarray(profile.at, profile.at + profile.length),
    },
  };
}

async function pixelsIn(
  file: Uint8Array,
  image: Image,
): Promise<Pixels["pixels"] | Failure> {
  const { compression } = image;
  if (compression !== "jpeg") return rowsOf(file, image, compression);
  return await pixelsOf(file, image);
}
