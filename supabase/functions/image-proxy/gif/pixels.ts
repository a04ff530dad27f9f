/**
 * Pixels of four bytes, as GIF sees them. No I/O.
 *
 * @module
 */

/** The alpha from which on a pixel is seen: GIF shows it, or does not. */
export const SEEN = 128;

/** Whether not all of them are seen. */
export function isSeenThrough(pixels: Uint8Array): boolean {
  for (let at = 3; at < pixels.length; at += 4) {
    if ((pixels[at] ?? 0) < SEEN) return true;
  }
  return false;
}

/** 0xRRGGBB of four bytes. */
export function colourAt(pixels: Uint8Array, at: number): number {
  const red = pixels[at] ?? 0;
  const green = pixels[at + 1] ?? 0;
  return red << 16 | green << 8 | (pixels[at + 2] ?? 0);
}
