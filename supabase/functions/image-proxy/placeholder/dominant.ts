/**
 * The colour that most of a picture has, as CSS writes it: `#1a2b3c`.
 *
 * @module
 */
import type { Image } from "../encoders.ts";
import { inJson } from "./json.ts";

/** Colours that share the upper four bits of each part count as one. */
const SHIFT = 4;
const BINS = 1 << (3 * (8 - SHIFT));

/** Of the fullest of 4,096 equal parts of RGB, the mean. */
function sketch({ pixels, hasAlpha }: Image): string {
  const sums = new Float64Array(4 * BINS);
  for (let at = 0; at < pixels.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = pixels.subarray(at);
    // What is half clear is seen half as much.
    const weight = hasAlpha ? alpha : 255;
    const bin = red >> SHIFT << 8 | green >> SHIFT << 4 | blue >> SHIFT;
    for (const [i, it] of [red, green, blue, 1].entries()) {
      sums[4 * bin + i] = (sums[4 * bin + i] ?? 0) + it * weight;
    }
  }
  return colourOf(fullest(sums));
}

/** A picture that is clear all over is black. */
function fullest(sums: Float64Array): Float64Array {
  let best = 0;
  for (let bin = 1; bin < BINS; bin++) {
    if ((sums[4 * bin + 3] ?? 0) > (sums[4 * best + 3] ?? 0)) best = bin;
  }
  return sums.subarray(4 * best, 4 * best + 4);
}

function colourOf([red = 0, green = 0, blue = 0, weight = 0]: Float64Array) {
  const mean = (sum: number) => Math.round(sum / Math.max(1, weight));
  const digits = [red, green, blue].map((it) =>
    mean(it).toString(16).padStart(2, "0")
  );
  return `#${digits.join("")}`;
}

export const dominant = inJson("dominant", sketch);
