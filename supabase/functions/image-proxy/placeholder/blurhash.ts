/**
 * BlurHash: about 28 characters, of which a script makes a blurred picture.
 *
 * @module
 */
import { encode } from "blurhash";
import type { Encoding, Image } from "../encoders.ts";
import { inJson } from "./json.ts";

/** Along the longer side, and the other one: what its authors use. */
const COMPONENTS = [4, 3] as const;

function sketch(image: Image, { background }: Encoding): string {
  const { width, height } = image;
  const samples = flattened(image, background);
  const [more, fewer] = COMPONENTS;
  return width >= height
    ? encode(samples, width, height, more, fewer)
    : encode(samples, width, height, fewer, more);
}

/** There is no alpha in it. */
function flattened(
  { pixels, hasAlpha }: Image,
  background: number,
): Uint8ClampedArray {
  const behind = [background >> 16, background >> 8 & 255, background & 255];
  const seen = Uint8ClampedArray.from(pixels);
  if (!hasAlpha) return seen;
  for (let at = 0; at < seen.length; at += 4) {
    const share = (pixels[at + 3] ?? 0) / 255;
    for (const [i, colour] of behind.entries()) {
      seen[at + i] = (pixels[at + i] ?? 0) * share + colour * (1 - share);
    }
  }
  return seen;
}

export const blurhash = inJson("blurhash", sketch);
