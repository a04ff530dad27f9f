/**
 * What a picture may take, by what its header says. No I/O.
 *
 * Nothing can stop a decoder from outside where there is no `Worker`: so what
 * would take too long or too much is never begun.
 *
 * @module
 */
import type { ImageFormat } from "../_shared/image_options.ts";
import { MiB } from "../_shared/units.ts";
import { encodeCost, encodeMemory, MAX_MEMORY } from "./avif/costs.ts";
import type { Header } from "./header/header.ts";

/** What any picture may have. */
export const LIMITS = {
  /** Source: Storage's own image transformation. */
  pixels: 50_000_000,
  /** Encoders write about ten. */
  passes: 64,
  /** 16 MP of progressive JPEG, or 12 MP of lossless WebP or interlaced PNG. */
  keptBytes: 48 * MiB,
};

/** A limit, and what it was measured against. */
export interface Broken {
  readonly what: "pixels" | "passes" | "bytes in memory";
  readonly limit: number;
  readonly cost: number;
}

/** The limit that a picture breaks; `undefined` if it breaks none. */
export function breaks(
  { size, passes, keptBytes }: Header,
): Broken | undefined {
  const rows: Broken[] = [
    { what: "pixels", limit: LIMITS.pixels, cost: size.width * size.height },
    { what: "passes", limit: LIMITS.passes, cost: passes },
    { what: "bytes in memory", limit: LIMITS.keptBytes, cost: keptBytes },
  ];
  return rows.find(({ limit, cost }) => cost > limit);
}

/** Of AVIF's encoder, where most of a request is left to it. */
const AVIF_COST = 1_100_000_000;

/** Whether so many pixels may become such a file: AVIF takes long. */
export function isOffered(format: ImageFormat, pixels: number): boolean {
  if (format !== "avif") return true;
  const made = { width: pixels, height: 1, hasAlpha: true };
  return encodeMemory(made, 9) <= MAX_MEMORY &&
    encodeCost(made, 9) <= AVIF_COST;
}
