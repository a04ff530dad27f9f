/**
 * Whether two pictures are the same, but for what encoders leave out.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import type { Size } from "../../supabase/functions/image-proxy/engine/geometry.ts";
import { difference, likeness } from "../engine/likeness.ts";
import type { Result } from "./matrix.ts";

/** Structural similarity of luminance: what encoders at quality 95 leave. */
const FLOOR = 0.97;

/** The mean difference of alpha, of 255. */
const ALPHA_OFF = 1;

/** What is compared with what. */
export interface Comparison {
  /** Pixels: red, green, blue and alpha. */
  readonly theirs: Uint8Array;
  readonly ours: Uint8Array;
  readonly size: Size;
  readonly result: Result;
  /** Whether the source can be seen through. */
  readonly hasAlpha: boolean;
  /** Below which likeness is a mistake, if it is not the usual one. */
  readonly floor?: number;
  /** What a colour may be off, of 255, besides what is usual. */
  readonly off?: number;
}

/** Fails, with `why` and by how much, where they are not the same. */
export function assertAlike(comparison: Comparison, why: string): void {
  const { theirs, ours, size, result, hasAlpha, floor = FLOOR } = comparison;
  const most = result.off + (comparison.off ?? 0);
  const bytes = size.width * size.height * 4;
  strictEqual(theirs.length, bytes, why);
  strictEqual(ours.length, bytes, why);
  const [a, b] = [luminous(theirs, result), luminous(ours, result)];
  const like = likeness(a, b, size, 3);
  ok(like >= floor, `${why}: likeness ${like}`);
  for (const channel of [0, 1, 2] as const) {
    const off = difference(a, b, channel);
    ok(off < most, `${why}: channel ${channel} is off by ${off}`);
  }
  if (!hasAlpha || result.format === "jpeg") {
    ok(ours.every((value, at) => at % 4 !== 3 || value === 255), why);
    return;
  }
  const off = difference(theirs, ours, 3);
  ok(off < ALPHA_OFF, `${why}: alpha is off by ${off}`);
}

/** Of red, green and blue: Rec. ITU-R BT.601, as JPEG has it. */
const LUMA = [0.299, 0.587, 0.114] as const;

/**
 * What is seen before the background that was asked for, or white: the colour of
 * what is clear means nothing. Luminance is where alpha was.
 */
function luminous(pixels: Uint8Array, { background }: Result): Uint8Array {
  const colour = parseInt(background ?? "ffffff", 16);
  const behind = [colour >> 16, colour >> 8 & 255, colour & 255];
  const seen = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 4) {
    const share = (pixels[at + 3] ?? 0) / 255;
    let luma = 0;
    for (const [i, weight] of LUMA.entries()) {
      const own = pixels[at + i] ?? 0;
      const mixed = own * share + (behind[i] ?? 0) * (1 - share);
      seen[at + i] = Math.round(mixed);
      luma += weight * mixed;
    }
    seen[at + 3] = Math.round(luma);
  }
  return seen;
}
