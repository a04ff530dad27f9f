/**
 * How large a drawing says that it is: CSS Images Module Level 3, section 5.3,
 * and SVG 2, section 7.12. No I/O.
 *
 * @module
 */
import { MAX_SIDE } from "../../_shared/image_bounds.ts";
import type { Size } from "../engine/geometry.ts";
import { Refused, unsupported } from "../header/refused.ts";

/** The part of its plane that a drawing shows, in units of its own. */
export interface ViewBox extends Size {
  readonly x: number;
  readonly y: number;
}

/** What the root says, as it is written there. */
export interface Said {
  readonly width?: string | undefined;
  readonly height?: string | undefined;
  readonly viewBox?: string | undefined;
}

/** What it means. */
export interface Extent {
  /** In pixels of CSS, and fractions of them. */
  readonly viewport: Size;
  readonly viewBox: ViewBox | undefined;
}

/**
 * Pixels of a unit. Source: CSS Values and Units Module Level 3, section 6; of
 * fonts, which there are none of, what browsers begin with.
 */
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  px: 1,
  pt: 96 / 72,
  pc: 16,
  in: 96,
  cm: 96 / 2.54,
  mm: 96 / 25.4,
  q: 96 / 101.6,
  em: 16,
  rem: 16,
  ex: 8,
  ch: 8,
};

/** Of what says nothing: CSS 2, section 10.3.2. */
const DEFAULT: Size = { width: 300, height: 150 };

/** In pixels. What is larger has another reason than to be seen. */
const LONGEST = 65_535;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * @throws {Refused} "corrupt", for a side of nothing; or if it is too large.
 */
export function extentOf({ width, height, viewBox }: Said): Extent {
  const box = viewBoxOf(viewBox);
  const viewport = filled(lengthOf(width), lengthOf(height), box);
  if (viewport.width === 0 || viewport.height === 0) {
    throw new Refused("corrupt");
  }
  if (Math.max(viewport.width, viewport.height) > LONGEST) {
    throw unsupported(`It is longer than ${LONGEST} pixels`);
  }
  return { viewport, viewBox: box };
}

/** What is not said follows from what the drawing shows. */
function filled(
  width: number | undefined,
  height: number | undefined,
  shape: Size | undefined,
): Size {
  if (width !== undefined && height !== undefined) return { width, height };
  if (shape === undefined) {
    return { width: width ?? DEFAULT.width, height: height ?? DEFAULT.height };
  }
  if (width !== undefined) {
    return { width, height: width * shape.height / shape.width };
  }
  if (height !== undefined) {
    return { width: height * shape.width / shape.height, height };
  }
  return { width: shape.width, height: shape.height };
}

/** In pixels; `undefined` for what is none, or a share of something else. */
function lengthOf(text: string | undefined): number | undefined {
  const [, number = "", unit = ""] =
    /^(.*?)(px|pt|pc|in|cm|mm|q|r?em|ex|ch|)$/i.exec(text?.trim() ?? "") ?? [];
  const pixels = numberOf(number) * (UNITS[unit.toLowerCase()] ?? NaN);
  return pixels >= 0 ? pixels : undefined;
}

function numberOf(text: string): number {
  return NUMBER.test(text) ? Number(text) : NaN;
}

/**
 * SVG 2, section 8.6: what has no four numbers is as if it were not there.
 *
 * @throws {Refused} "corrupt", for a side of nothing: then nothing is drawn.
 */
function viewBoxOf(text: string | undefined): ViewBox | undefined {
  const numbers = (text?.trim() ?? "").split(/[ \t\r\n]*,[ \t\r\n]*|[ \t\r\n]+/)
    .map(numberOf);
  const [x = NaN, y = NaN, width = NaN, height = NaN] = numbers;
  const isBox = numbers.length === 4 && numbers.every(Number.isFinite) &&
    width >= 0 && height >= 0;
  if (!isBox) return undefined;
  if (width === 0 || height === 0) throw new Refused("corrupt");
  return { x, y, width, height };
}

/** How far a shape may be off for whole pixels. */
const TOLERANCE = 0.01;

/** What few pixels are multiplied with at most, to come nearer. */
const MOST_TIMES = 16;

/**
 * Whole pixels of nearly that shape, no more of them than are made: a drawing
 * of 1.5 × 1 has 3 × 2, since it is as large as one likes.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { pixelsOf } from "./size.ts";
 *
 * deepEqual(pixelsOf({ width: 24, height: 24 }), { width: 24, height: 24 });
 * deepEqual(pixelsOf({ width: 1.5, height: 1 }), { width: 3, height: 2 });
 * deepEqual(pixelsOf({ width: 2e4, height: 1e4 }), {
 *   width: 2500,
 *   height: 1250,
 * });
 * ```
 */
export function pixelsOf(viewport: Size): Size {
  const { width, height } = viewport;
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  let nearest = rounded(viewport, scale);
  for (let times = 2; times <= MOST_TIMES; times++) {
    if (scale < 1 || offBy(nearest, viewport) <= TOLERANCE) break;
    const larger = rounded(viewport, times);
    if (offBy(larger, viewport) < offBy(nearest, viewport)) nearest = larger;
  }
  return nearest;
}

function rounded({ width, height }: Size, scale: number): Size {
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/** The share by which one shape is wider or higher than the other. */
function offBy(a: Size, b: Size): number {
  const ratio = a.width * b.height / (a.height * b.width);
  return Math.abs(Math.log(ratio));
}
