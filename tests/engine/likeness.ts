/**
 * How alike two pictures are.
 *
 * @module
 */
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";

const WINDOW = 8;
const STEP = 4;

// Z. Wang et al., Image Quality Assessment: From Error Visibility to Structural
// Similarity, 2004: K1 = 0.01 and K2 = 0.03 of 255.
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/**
 * The mean structural similarity of one channel of `a` and `b`, whose pixels
 * have 4 bytes: 1 where they are the same. A picture as small as a window or
 * smaller is compared as a whole.
 */
export function likeness(
  a: Uint8Array,
  b: Uint8Array,
  { width, height }: Size,
  channel: 0 | 1 | 2 | 3,
): number {
  const across = Math.min(WINDOW, width);
  const down = Math.min(WINDOW, height);
  let sum = 0;
  let windows = 0;
  for (let y = 0; y + down <= height; y += STEP) {
    for (let x = 0; x + across <= width; x += STEP) {
      sum += inWindow(x, y);
      windows++;
    }
  }
  return sum / windows;

  function inWindow(left: number, top: number): number {
    let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
    for (let y = top; y < top + down; y++) {
      for (let x = left; x < left + across; x++) {
        const at = (y * width + x) * 4 + channel;
        const [p = 0, q = 0] = [a[at], b[at]];
        sumA += p;
        sumB += q;
        squaresA += p * p;
        squaresB += q * q;
        products += p * q;
      }
    }
    const count = across * down;
    const [meanA, meanB] = [sumA / count, sumB / count];
    const varianceA = squaresA / count - meanA ** 2;
    const varianceB = squaresB / count - meanB ** 2;
    const covariance = products / count - meanA * meanB;
    return (2 * meanA * meanB + C1) * (2 * covariance + C2) /
      ((meanA ** 2 + meanB ** 2 + C1) * (varianceA + varianceB + C2));
  }
}

/** The mean difference of one channel, 0 to 255. */
export function difference(
  a: Uint8Array,
  b: Uint8Array,
  channel: 0 | 1 | 2 | 3,
): number {
  let sum = 0;
  for (let at: number = channel; at < a.length; at += 4) {
    sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0));
  }
  return sum / (a.length / 4);
}
