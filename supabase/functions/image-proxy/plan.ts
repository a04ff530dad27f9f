/**
 * What a wish makes of a picture whose header is known. No I/O.
 *
 * @module
 */
import { MAX_SIDE } from "../_shared/image_bounds.ts";
import type { ImageFormat } from "../_shared/image_options.ts";
import type { NewerFormat } from "./accept.ts";
import {
  type Gravity,
  planOf,
  type Size,
  type Wanted,
} from "./engine/geometry.ts";
import type { SourceFormat } from "./header/header.ts";
import type { Focus, Wish } from "./wish.ts";

/** A picture as its header says. */
export interface Sight {
  readonly format: SourceFormat;
  /** Upright. */
  readonly size: Size;
  readonly hasAlpha: boolean;
}

/** What to make of it. */
export interface Plan {
  readonly box: Wanted;
  /** What becomes of it in the box. */
  readonly size: Size;
  readonly format: ImageFormat;
  readonly quality: number;
  /** 0xRRGGBB */
  readonly background: number;
}

/** Whether a result of this size and format is made unasked. */
export type IsOffered = (format: ImageFormat, size: Size) => boolean;

/** For whom, and within what. */
export interface Terms {
  readonly newer: readonly NewerFormat[];
  readonly isOffered: IsOffered;
}

/**
 * What `wish` makes of `sight`. Nothing is enlarged, as with Storage: `cover`
 * cuts to the box what there is, and only `fill` stretches.
 *
 * @example A picture that is smaller than the box
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { planFor } from "./plan.ts";
 * import { wishOf } from "./wish.ts";
 *
 * const wish = wishOf({ width: 200, height: 50 }, "trusted");
 * const size = { width: 100, height: 100 };
 * const sight = { format: "png", size, hasAlpha: false } as const;
 * const plan = planFor(wish, sight, { newer: ["webp"], isOffered: () => true });
 *
 * deepEqual(plan.size, { width: 100, height: 50 });
 * deepEqual(plan.format, "webp");
 * ```
 */
export function planFor(wish: Wish, sight: Sight, terms: Terms): Plan {
  const box = boxFor(wish, sight.size);
  const { size } = planOf(sight.size, box);
  const isOffered = (it: ImageFormat) => terms.isOffered(it, size);
  return {
    box,
    size,
    format: wish.format === undefined
      ? terms.newer.find(isOffered) ?? safeFormat(sight, terms.newer)
      : wish.format === "origin"
      ? originalFormat(sight, isOffered)
      : wish.format,
    quality: wish.quality,
    background: parseInt(wish.background, 16),
  };
}

function boxFor(wish: Wish, size: Size): Wanted {
  const { width, height, resize } = wish;
  const isBox = width !== undefined && height !== undefined;
  if (isBox && resize === "fill") return { width, height, fit: "fill" };
  // Without a size, what is larger than Storage makes becomes as large.
  const free = width === undefined && height === undefined
    ? MAX_SIDE
    : Infinity;
  const box = {
    width: Math.min(width ?? free, size.width),
    height: Math.min(height ?? free, size.height),
  };
  if (!isBox || resize === "contain") return { ...box, fit: "contain" };
  const covered: Wanted = { ...box, fit: "cover" };
  return { ...covered, gravity: gravityOf(wish.gravity, size, covered) };
}

/** 0 is left or top, 1 is right or bottom. */
const GRAVITIES: Readonly<Record<Exclude<Focus, object>, Gravity>> = {
  ce: { x: 0.5, y: 0.5 },
  no: { x: 0.5, y: 0 },
  so: { x: 0.5, y: 1 },
  ea: { x: 1, y: 0.5 },
  we: { x: 0, y: 0.5 },
  noea: { x: 1, y: 0 },
  nowe: { x: 0, y: 0 },
  soea: { x: 1, y: 1 },
  sowe: { x: 0, y: 1 },
};

/** A point comes as near to the middle as the edges of the picture let it. */
function gravityOf(focus: Focus, size: Size, box: Wanted): Gravity {
  if (typeof focus === "string") return GRAVITIES[focus];
  const { part } = planOf(size, box);
  return {
    x: shareBefore(focus.x * size.width, part.width, size.width),
    y: shareBefore(focus.y * size.height, part.height, size.height),
  };
}

/** How much of what is cut off lies before a part with `point` in its middle. */
function shareBefore(point: number, part: number, whole: number): number {
  const cut = whole - part;
  if (cut <= 0) return 0.5;
  return Math.min(1, Math.max(0, (point - part / 2) / cut));
}

/** What everything shows: nobody is sent a WebP who did not ask for one. */
function safeFormat(
  { format, hasAlpha }: Sight,
  newer: readonly NewerFormat[],
): ImageFormat {
  if (format === "jpeg" || format === "png") return format;
  if (format === "webp" && newer.includes(format)) return format;
  return hasAlpha ? "png" : "jpeg";
}

/** Its own, but for an AVIF that is too large to be made one again. */
function originalFormat(
  { format }: Sight,
  isOffered: (format: ImageFormat) => boolean,
): ImageFormat {
  return isOffered(format) ? format : "webp";
}
