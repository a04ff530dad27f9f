/**
 * What a wish makes of a picture whose header is known. No I/O.
 *
 * @module
 */
import { MAX_SIDE } from "../_shared/image_bounds.ts";
import type { NewerFormat } from "./accept.ts";
import {
  type Gravity,
  planOf,
  type Size,
  type Wanted,
} from "./engine/geometry.ts";
import type { SourceFormat } from "./header/header.ts";
import type { ResultFormat } from "./result.ts";
import type { Focus, Wish } from "./wish.ts";

/** A picture as its header says. */
export interface Sight {
  readonly format: SourceFormat;
  /** Upright. */
  readonly size: Size;
  readonly hasAlpha: boolean;
  /** Whether it is to move, if what it becomes can. */
  readonly moves?: boolean;
  /** Whether it has no pixels of its own, and may be larger than it says. */
  readonly isVector?: boolean;
}

/** What to make of it. */
export interface Plan {
  readonly box: Wanted;
  /** What becomes of it in the box. */
  readonly size: Size;
  readonly format: ResultFormat;
  readonly quality: number;
  /** 0xRRGGBB */
  readonly background: number;
}

/** Whether a result of this size and format is made unasked. */
export type IsOffered = (format: ResultFormat, size: Size) => boolean;

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
  const box = boxFor(wish, sight);
  const { size } = planOf(sight.size, box);
  return {
    box,
    size,
    format: formatFor(wish, sight, {
      newer: terms.newer,
      isOffered: (it) => terms.isOffered(it, size),
    }),
    quality: wish.quality,
    background: parseInt(wish.background, 16),
  };
}

function boxFor(wish: Wish, { size, isVector }: Sight): Wanted {
  const { width, height, resize } = wish;
  const isBox = width !== undefined && height !== undefined;
  if (isBox && resize === "fill") return { width, height, fit: "fill" };
  // Without a size, what is larger than Storage makes becomes as large.
  const isFree = width === undefined && height === undefined;
  const free = isFree ? MAX_SIDE : Infinity;
  const most = isVector && !isFree ? NO_END : size;
  const box = {
    width: Math.min(width ?? free, most.width),
    height: Math.min(height ?? free, most.height),
  };
  if (!isBox || resize === "contain") return { ...box, fit: "contain" };
  const covered: Wanted = { ...box, fit: "cover" };
  return { ...covered, gravity: gravityOf(wish.gravity, size, covered) };
}

/** As large as one likes. */
const NO_END: Size = { width: Infinity, height: Infinity };

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

/** Formats that can move, in the order in which they are taken. */
const MOVING: readonly ResultFormat[] = ["webp", "gif", "png"];

/** Formats of files that are also made. */
const MADE: ReadonlySet<string> = new Set<ResultFormat>([
  ...["jpeg", "png", "webp", "avif", "gif", "bmp", "tiff"] as const,
]);

interface Choice {
  readonly newer: readonly NewerFormat[];
  isOffered(format: ResultFormat): boolean;
}

function formatFor(
  { format }: Wish,
  sight: Sight,
  choice: Choice,
): ResultFormat {
  if (format === "origin") return originalFormat(sight, choice);
  if (format !== undefined) return format;
  const { newer, isOffered } = choice;
  return newer.find((it) => isOffered(it) && (!sight.moves || canMove(it))) ??
    safeFormat(sight, newer);
}

/** Whether there are animations of a format, and whoever shows it shows them. */
export function canMove(format: ResultFormat): boolean {
  return MOVING.includes(format);
}

/** What everything shows: nobody is sent a WebP who did not ask for one. */
function safeFormat(
  { format, hasAlpha, moves }: Sight,
  newer: readonly NewerFormat[],
): ResultFormat {
  if (format === "jpeg" || format === "png") return format;
  if (format === "webp" && newer.includes(format)) return format;
  if (moves) return "gif";
  // What is drawn has edges, which JPEG blurs.
  const isDrawn = format === "gif" || format === "svg" || format === "ico";
  return hasAlpha || isDrawn ? "png" : "jpeg";
}

/** Its own, but for an AVIF that is too large to be made one again. */
function originalFormat(sight: Sight, { isOffered }: Choice): ResultFormat {
  const { format } = sight;
  if (!isMade(format)) return safeFormat(sight, []);
  return isOffered(format) ? format : "webp";
}

function isMade(format: SourceFormat): format is SourceFormat & ResultFormat {
  return MADE.has(format);
}
